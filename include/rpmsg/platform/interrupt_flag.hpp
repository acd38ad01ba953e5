#pragma once

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// A byte that is set when there is something to look at, and that one loop takes back before it looks. Interrupts of the
/// loop's core may set it at any time. Other cores and threads may, too, where the loop calls `take` and has 64 bits; else
/// only under the lock under which the loop looks: a set of their own may meet the `clear` and be lost. Smaller cores often
/// have no read-modify-write.
class interrupt_flag {
    std::uint8_t set_{};

  public:
    constexpr auto set() -> void {
        if (std::is_constant_evaluated()) {
            set_ = 1;
        } else {
            __atomic_store_n(&set_, std::uint8_t{1}, __ATOMIC_RELEASE);
        }
    }
    constexpr auto clear() -> void {
        if (std::is_constant_evaluated()) {
            set_ = 0;
        } else {
            __atomic_store_n(&set_, std::uint8_t{0}, __ATOMIC_RELAXED);
        }
    }
    /// Whether it was set; then it is cleared, and what was written before any set of it is seen from now on. A set that comes
    /// meanwhile stands.
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
        return __atomic_load_n(&set_, __ATOMIC_ACQUIRE) != 0;
    }
};

} // namespace rpmsg
