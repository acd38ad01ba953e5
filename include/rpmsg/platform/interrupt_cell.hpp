#pragma once

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// A small number that an interrupt writes and the loop it interrupts reads, or the other way round, on one core: there
/// whoever reads a value sees what was written before it. One context writes at a time, there is no read-modify-write.
template <typename T> class interrupt_cell {
    static_assert(std::is_unsigned_v<T> and sizeof(T) <= 4);
    T value_{};

  public:
    [[gnu::always_inline]] constexpr auto store(T value) -> void {
        if (std::is_constant_evaluated()) {
            value_ = value;
        } else {
            __atomic_signal_fence(__ATOMIC_RELEASE);
            __atomic_store_n(&value_, value, __ATOMIC_RELAXED);
        }
    }
    [[gnu::always_inline]] [[nodiscard]] constexpr auto load() const -> T {
        if (std::is_constant_evaluated()) {
            return value_;
        }
        auto const value = __atomic_load_n(&value_, __ATOMIC_RELAXED);
        __atomic_signal_fence(__ATOMIC_ACQUIRE);
        return value;
    }
    /// For a counter of the writing context: stops at its greatest value.
    [[gnu::always_inline]] constexpr auto count() -> void {
        auto const next = static_cast<T>(load() + 1);
        if (next != 0) {
            store(next);
        }
    }
};
using interrupt_byte = interrupt_cell<std::uint8_t>;

} // namespace rpmsg
