#pragma once

#include <rpmsg/core/atomic_word.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// A small number that an interrupt writes and the interrupted loop of the same core reads, or the reverse. A reader of a value
/// also sees everything that was written before it. Only one context writes at a time, so no read-modify-write is needed.
template <typename T> class interrupt_cell {
    static_assert(std::is_unsigned_v<T> and sizeof(T) <= 4);
    T value_{};

  public:
    [[gnu::always_inline]] constexpr auto store(T value) -> void {
        if (std::is_constant_evaluated()) {
            value_ = value;
        } else {
            __atomic_signal_fence(__ATOMIC_RELEASE);
            detail::atomic_store<__ATOMIC_RELAXED>(value_, value);
        }
    }
    [[gnu::always_inline]] [[nodiscard]] constexpr auto load() const -> T {
        if (std::is_constant_evaluated()) {
            return value_;
        }
        auto const value = detail::atomic_load<__ATOMIC_RELAXED>(value_);
        __atomic_signal_fence(__ATOMIC_ACQUIRE);
        return value;
    }
    /// Increments a counter, from the writing context. It stops at the maximum.
    [[gnu::always_inline]] constexpr auto count() -> void {
        auto const next = static_cast<T>(load() + 1);
        if (next != 0) {
            store(next);
        }
    }
};
using interrupt_byte = interrupt_cell<std::uint8_t>;

} // namespace rpmsg
