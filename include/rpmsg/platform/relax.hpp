#pragma once

#include <rpmsg/core/cpp20.hpp>

namespace rpmsg {

/// Hints to the core that it is in a waiting loop, with pause, yield or a similar instruction. It never sleeps.
inline auto relax() -> void {
#if defined(__x86_64__) || defined(__i386__)
    asm volatile("pause" ::: "memory");
#elif defined(__aarch64__) || defined(__arm__)
    asm volatile("yield" ::: "memory");
#else
    asm volatile("" ::: "memory");
#endif
}

#if defined(__unix__) || defined(__APPLE__)
namespace detail {
extern "C" auto sched_yield() noexcept -> int; // POSIX, without its header
}
/// Lets another thread run where an operating system shares the core among threads; otherwise the same as `relax`.
inline auto give_way() -> void { (void)detail::sched_yield(); }
#else
inline auto give_way() -> void { relax(); }
#endif

} // namespace rpmsg
