#pragma once

#include <rpmsg/core/id_set.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// The receive buffers of a link over SPI: one is always assigned to the port; the others are free, hold a pending message, or
/// are lent to the user. Buffers are numbers below `Size`.
template <std::uint32_t Size> class spi_rx_queue {
    id_set<Size> free_{};
    std::uint8_t head_{};
    std::uint8_t count_{};
    std::uint8_t armed_{};
    std::uint8_t free_count_{};
    std::array<std::uint8_t, Size> queue_{};

    [[nodiscard]] static constexpr auto wrapped(std::uint32_t at) -> std::uint32_t { return at < Size ? at : at - Size; }

  public:
    /// Makes all buffers free, except the one of the port.
    constexpr auto clear() -> void {
        free_.fill();
        free_.erase(armed_);
        head_ = count_ = 0;
        free_count_ = Size - 1;
    }
    /// The buffer that is assigned to the port.
    [[nodiscard]] constexpr auto armed() const -> std::uint32_t { return armed_; }
    /// Queues the port's buffer, which holds a message, and assigns another one. False, without any change, when none is free.
    constexpr auto take() -> bool {
        auto const next = free_.first();
        if (next == Size) {
            return false;
        }
        queue_[wrapped(head_ + count_++)] = armed_;
        free_.erase(next);
        --free_count_;
        armed_ = static_cast<std::uint8_t>(next);
        return true;
    }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return count_ == 0; }
    /// Removes the oldest pending message; there must be one.
    constexpr auto pop() -> std::uint32_t {
        auto const id = queue_[head_];
        head_ = static_cast<std::uint8_t>(wrapped(head_ + 1u));
        --count_;
        return id;
    }
    constexpr auto release(std::uint32_t id) -> void {
        free_.insert(id);
        ++free_count_;
    }

    /// The number of messages that the peer may send. One buffer is reserved for the transfer that announces this number, which
    /// may bring a message, and the port needs one after all of them.
    [[nodiscard]] constexpr auto available() const -> std::uint16_t {
        return static_cast<std::uint16_t>(free_count_ > 0 ? free_count_ - 1 : 0);
    }
};

} // namespace rpmsg::detail
