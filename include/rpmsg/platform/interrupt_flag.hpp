#pragma once

#include <rpmsg/core/atomic_word.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// A byte that is set when there is work, and that one loop clears before it looks for the work. Interrupts of the same core
/// may set it at any time. Other cores and threads may do so, too, if the loop calls `take` and the core has 64 bits. Otherwise
/// they need the lock under which the loop looks: a set without it may coincide with the `clear` and be lost. Smaller cores
/// often have no read-modify-write.
class interrupt_flag {
    std::uint8_t set_{};

  public:
    [[gnu::always_inline]] constexpr auto set() -> void {
        if (std::is_constant_evaluated()) {
            set_ = 1;
        } else if (sizeof(void*) <= 4) { // an interrupt of this core, or under the lock: the compiler alone keeps the order
            __atomic_signal_fence(__ATOMIC_RELEASE);
            detail::atomic_store<__ATOMIC_RELAXED>(set_, 1);
        } else {
            detail::atomic_store<__ATOMIC_RELEASE>(set_, 1);
        }
    }
    constexpr auto clear() -> void {
        if (std::is_constant_evaluated()) {
            set_ = 0;
        } else {
            detail::atomic_store<__ATOMIC_RELAXED>(set_, 0);
        }
    }
    /// Clears the flag and returns whether it was set; if so, everything written before any set of it is visible from now on.
    /// No set that occurs during the call is lost.
    constexpr auto take() -> bool { // NOLINT(modernize-use-nodiscard)
        if (not is_set()) {
            return false;
        }
        if (sizeof(void*) <= 4 or std::is_constant_evaluated()) {
            clear();
        } else {
            (void)__atomic_exchange_n(&set_, std::uint8_t{0}, __ATOMIC_ACQUIRE);
        }
        return true;
    }
    [[nodiscard]] constexpr auto is_set() const -> bool {
        if (std::is_constant_evaluated()) {
            return set_ != 0;
        }
        return detail::atomic_load<__ATOMIC_ACQUIRE>(set_) != 0;
    }
};

} // namespace rpmsg
