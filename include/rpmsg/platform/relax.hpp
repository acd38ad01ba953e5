#pragma once

namespace rpmsg {

/// Tells the core that it is in a waiting loop: pause, yield or a hint of that kind. Never sleeps.
inline auto relax() -> void {
#if defined(__x86_64__) || defined(__i386__)
    asm volatile("pause" ::: "memory");
#elif defined(__aarch64__) || defined(__arm__)
    asm volatile("yield" ::: "memory");
#else
    asm volatile("" ::: "memory");
#endif
}

} // namespace rpmsg
