#pragma once

#include <concepts>
#include <type_traits>

namespace rpmsg {

/// Excludes every other context that touches the same link: nothing, masked interrupts, a spin lock, an RTOS mutex.
/// The two calls of std::mutex, so that one serves on a host. Held for the time of one ring operation and one copy.
template <typename T>
concept lock_policy = requires(T& lock) {
    lock.lock();
    lock.unlock();
};

/// For links that one context uses alone.
struct no_lock {
    constexpr auto lock() -> void {}
    constexpr auto unlock() -> void {}
};
static_assert(lock_policy<no_lock>);

/// Runs f with the lock held.
[[gnu::always_inline]] constexpr auto exclusively(lock_policy auto& lock, auto&& f) {
    lock.lock();
    if constexpr (std::is_void_v<decltype(f())>) {
        f();
        lock.unlock();
    } else {
        auto outcome = f();
        lock.unlock();
        return outcome;
    }
}

} // namespace rpmsg
