#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/expects.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// Readable bytes of a ring: `first`, then `second`, which is empty unless the bytes pass the end of the memory.
struct split_bytes {
    const_bytes first{};
    const_bytes second{};

    [[nodiscard]] constexpr auto size() const -> std::size_t { return first.size() + second.size(); }
    /// Copies the first bytes to `to`, as many as fit, and returns their number.
    constexpr auto copy_to(bytes to) const -> std::uint32_t { // NOLINT(modernize-use-nodiscard)
        auto const front = std::min(first.size(), to.size());
        auto const rest = std::min(second.size(), to.size() - front);
        copy(first.first(front), to);
        copy(second.first(rest), to.subspan(front));
        return static_cast<std::uint32_t>(front + rest);
    }
};

/// A queue of at most `Capacity` bytes in memory of its own. For one context at a time.
template <std::uint32_t Capacity> class byte_ring {
    std::array<std::byte, Capacity> memory_{};
    std::uint32_t first_{};
    std::uint32_t size_{};

  public:
    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return size_; }
    [[nodiscard]] constexpr auto free() const -> std::uint32_t { return Capacity - size_; }

    /// Appends bytes, at most `free()` of them. The peer may change them meanwhile.
    constexpr auto push(const_bytes more) -> void {
        expects(more.size() <= free());
        auto const end = first_ + size_ < Capacity ? first_ + size_ : first_ + size_ - Capacity;
        auto const front = std::min<std::size_t>(more.size(), Capacity - end);
        copy(more.first(front), bytes{memory_}.subspan(end));
        copy(more.subspan(front), memory_);
        size_ += static_cast<std::uint32_t>(more.size());
    }
    /// `size` bytes from the offset `from` on; both together are at most `size()`.
    [[nodiscard]] constexpr auto peek(std::uint32_t from, std::uint32_t size) const -> split_bytes {
        expects(from <= size_ and size <= size_ - from);
        auto const start = first_ + from < Capacity ? first_ + from : first_ + from - Capacity;
        auto const front = std::min(size, Capacity - start);
        return {const_bytes{memory_}.subspan(start, front), const_bytes{memory_}.first(size - front)};
    }
    /// Removes the first bytes, at most `size()`.
    constexpr auto pop(std::uint32_t size) -> void {
        expects(size <= size_);
        first_ = first_ + size < Capacity ? first_ + size : first_ + size - Capacity;
        size_ -= size;
    }
    constexpr auto clear() -> void { first_ = size_ = 0; }
};

} // namespace rpmsg
