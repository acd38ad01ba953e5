#pragma once

#include <rpmsg/core/expects.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace rpmsg {

/// Writable memory and read-only memory, in bytes.
using bytes = std::span<std::byte>;
using const_bytes = std::span<std::byte const>;

/// What cannot be sent as it is: text, numbers, objects.
template <typename T>
concept no_bytes = not std::convertible_to<T, const_bytes>;

/// A struct whose memory is its wire format: it has no padding and no pointers. RPMsg formats use the byte order of the host,
/// and every known host is little endian.
template <typename T>
concept wire_format = std::has_unique_object_representations_v<T> and std::is_trivially_copyable_v<T> and
                      std::endian::native == std::endian::little;

/// Copies all of `from` to the front of `to`. `to` must be at least as long.
constexpr auto copy(const_bytes from, bytes to) -> void {
    expects(from.size() <= to.size());
    if (std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            to[i] = from[i];
        }
    } else if (not from.empty()) [[likely]] {
        std::memcpy(to.data(), from.data(), from.size());
    }
}

/// Copies memory that the peer may change at any time. The copy is stable: the compiler may not read the source again.
constexpr auto snapshot(const_bytes from, bytes to) -> void {
    copy(from, to);
    if (not std::is_constant_evaluated()) {
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
    }
}

/// Reads one word of memory that the peer may change at any time, exactly once. The address must be aligned for T.
template <typename T> [[nodiscard]] constexpr auto fetch(const_bytes from, std::size_t at) -> T {
    if (std::is_constant_evaluated()) {
        auto raw = std::array<std::byte, sizeof(T)>{};
        copy(from.subspan(at, sizeof(T)), raw);
        return std::bit_cast<T>(raw);
    }
    return *reinterpret_cast<T const volatile*>(from.data() + at);
}

/// Writes `value` to the front of `to`, at any alignment.
template <wire_format T> constexpr auto store(bytes to, T const& value) -> void {
    if (std::is_constant_evaluated()) {
        copy(std::bit_cast<std::array<std::byte, sizeof(T)>>(value), to);
    } else {
        expects(sizeof(T) <= to.size());
        std::memcpy(to.data(), &value, sizeof(T));
    }
}

/// Reads a T from the front of `from`, at any alignment.
template <wire_format T> [[nodiscard]] constexpr auto load(const_bytes from) -> T {
    expects(sizeof(T) <= from.size());
    if (std::is_constant_evaluated()) {
        auto raw = std::array<std::byte, sizeof(T)>{};
        copy(from.first(sizeof(T)), raw);
        return std::bit_cast<T>(raw);
    }
    auto value = T{};
    std::memcpy(&value, from.data(), sizeof(T));
    return value;
}

/// As `store` and `load`, for memory that is aligned for a T: small cores then access whole words instead of bytes.
template <wire_format T> constexpr auto store_aligned(bytes to, T const& value) -> void {
    if (std::is_constant_evaluated()) {
        store(to, value);
    } else {
        std::memcpy(__builtin_assume_aligned(to.data(), alignof(T)), &value, sizeof(T));
    }
}
template <wire_format T> [[nodiscard]] constexpr auto load_aligned(const_bytes from) -> T {
    if (std::is_constant_evaluated()) {
        return load<T>(from);
    }
    auto value = T{};
    std::memcpy(&value, __builtin_assume_aligned(from.data(), alignof(T)), sizeof(T));
    return value;
}

/// Rounds `value` up to a multiple of `alignment`, which must be a power of two.
[[nodiscard]] constexpr auto align_up(std::uint32_t value, std::uint32_t alignment) -> std::uint32_t {
    return (value + alignment - 1) & ~(alignment - 1);
}

} // namespace rpmsg
