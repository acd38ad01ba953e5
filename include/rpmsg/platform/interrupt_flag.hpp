#pragma once

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// A byte that an interrupt sets and a loop clears before it looks, without a read-modify-write. For an interrupt of the
/// same core: a set by another core may meet a clear and be seen only by the next look.
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
    [[nodiscard]] constexpr auto is_set() const -> bool {
        if (std::is_constant_evaluated()) {
            return set_ != 0;
        }
        return __atomic_load_n(&set_, __ATOMIC_ACQUIRE) != 0;
    }
};

} // namespace rpmsg
