#pragma once

#include <cstdint>

namespace rpmsg::host {

/// A number of the calling thread, never 0, without a system call: what the wait policies of host/ call a context.
inline auto thread_context() -> std::uintptr_t {
    static thread_local char here{};
    return reinterpret_cast<std::uintptr_t>(&here);
}

} // namespace rpmsg::host
