#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg::host {

/// Returns a number of the calling thread, never 0, without a system call. It is the context of the wait policies in host/.
inline auto thread_context() -> std::uintptr_t {
    static thread_local char here{};
    return reinterpret_cast<std::uintptr_t>(&here);
}

} // namespace rpmsg::host
