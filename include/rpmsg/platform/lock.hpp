#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <concepts>

namespace rpmsg {

/// A lock whose `lock` returns the previous state, which `unlock` restores: the interrupt mask of a core stays in a register.
template <typename T>
concept restoring_lock = requires(T& lock) {
    lock.unlock(lock.lock());
};

/// Excludes all other contexts that use the same link: nothing, masked interrupts, a spin lock, an RTOS mutex. Its calls are
/// those of std::mutex, which therefore serves on a host. It is held for one ring operation and one copy.
template <typename T>
concept lock_policy = restoring_lock<T> or requires(T& lock) {
    lock.lock();
    lock.unlock();
};

/// For links that only one context uses, where interrupts only notify.
struct no_lock {
    constexpr auto lock() -> void {}
    constexpr auto unlock() -> void {}
};
static_assert(lock_policy<no_lock>);

/// Holds a lock during its lifetime, as std::lock_guard does, also in constant evaluation and without an operating system.
template <lock_policy Lock> class lock_guard {
    Lock& lock_;

  public:
    [[gnu::always_inline]] constexpr explicit lock_guard(Lock& lock) : lock_{lock} { lock_.lock(); }
    lock_guard(lock_guard const&) = delete;
    auto operator=(lock_guard const&) -> lock_guard& = delete;
    [[gnu::always_inline]] constexpr ~lock_guard() { lock_.unlock(); }
};
template <restoring_lock Lock> class lock_guard<Lock> {
    Lock& lock_;
    decltype(lock_.lock()) found_;

  public:
    [[gnu::always_inline]] constexpr explicit lock_guard(Lock& lock) : lock_{lock}, found_{lock_.lock()} {}
    lock_guard(lock_guard const&) = delete;
    auto operator=(lock_guard const&) -> lock_guard& = delete;
    [[gnu::always_inline]] constexpr ~lock_guard() { lock_.unlock(static_cast<decltype(found_)&&>(found_)); }
};

} // namespace rpmsg
