#pragma once

#include <rpmsg/core/id_set.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// The transmit buffers of a link that sends in order: free, lent or queued. The oldest queued ones are sent and wait for the
/// confirmation of the peer. Buffers are numbers below `Size`.
template <std::uint32_t Size> class spi_tx_queue {
    id_set<Size> used_{}; ///< lent or queued
    std::uint8_t head_{};
    std::uint8_t count_{};
    std::uint8_t sent_{};
    std::uint16_t first_{}; ///< number of the message at the head
    std::array<std::uint8_t, Size> queue_{};

    [[nodiscard]] constexpr auto place(std::uint32_t n) const -> std::uint32_t {
        auto const at = head_ + n;
        return at < Size ? at : at - Size;
    }
    [[nodiscard]] constexpr auto first_free() const -> std::uint32_t {
        std::uint32_t id = 0;
        while (id < Size and used_.contains(id)) {
            ++id;
        }
        return id;
    }

  public:
    /// Frees all buffers except lent ones, whose holders may still write to them; message numbers start from 0 again.
    constexpr auto clear() -> void {
        confirm(count_);
        head_ = sent_ = 0;
        first_ = 0;
    }
    /// A free buffer, which is lent from now on, or `Size`.
    constexpr auto reserve() -> std::uint32_t {
        auto const id = first_free();
        if (id < Size) {
            used_.insert(id);
        }
        return id;
    }
    constexpr auto discard(std::uint32_t id) -> void { used_.erase(id); }
    [[nodiscard]] constexpr auto has_free() const -> bool { return first_free() < Size; }

    /// Queues a filled buffer.
    constexpr auto push(std::uint32_t id) -> void { queue_[place(count_++)] = static_cast<std::uint8_t>(id); }
    [[nodiscard]] constexpr auto count() const -> std::uint32_t { return count_; }
    [[nodiscard]] constexpr auto sent() const -> std::uint32_t { return sent_; }
    [[nodiscard]] constexpr auto unsent() const -> std::uint32_t { return count_ - sent_; }

    /// The number of the message that is sent next; `first_number`: the one that is confirmed next.
    [[nodiscard]] constexpr auto next_number() const -> std::uint16_t { return static_cast<std::uint16_t>(first_ + sent_); }
    [[nodiscard]] constexpr auto first_number() const -> std::uint16_t { return first_; }
    /// The buffer of the next message to send; there must be an unsent one.
    constexpr auto send() -> std::uint32_t { return queue_[place(sent_++)]; }
    /// Frees the oldest `n` buffers, whose messages were sent and have arrived.
    constexpr auto confirm(std::uint32_t n) -> void {
        for (auto i = n; i > 0; --i) {
            used_.erase(queue_[head_]);
            head_ = static_cast<std::uint8_t>(place(1));
        }
        count_ = static_cast<std::uint8_t>(count_ - n);
        sent_ = static_cast<std::uint8_t>(sent_ - n);
        first_ = static_cast<std::uint16_t>(first_ + n);
    }
    /// Marks all unconfirmed messages as unsent.
    constexpr auto rewind() -> void { sent_ = 0; }
};

} // namespace rpmsg::detail
