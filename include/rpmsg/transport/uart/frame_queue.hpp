#pragma once

#include <rpmsg/platform/interrupt_cell.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// A buffer pool with a queue of filled buffers, for one producer and one consumer. The producer takes and pushes, the consumer
/// pops and returns; one of them may be an interrupt, without a lock. The count is a power of two up to 64 (checked_uart_config).
template <std::uint8_t Count> class frame_queue {
    enum state : std::uint8_t { idle, filling, queued, lent };
    interrupt_byte pushed_{};
    interrupt_byte popped_{};
    std::array<interrupt_byte, Count> states_{};
    std::array<std::uint8_t, Count> queue_{};

  public:
    static constexpr std::uint8_t none = Count;

    /// A free buffer, or `none`. For the producer: to it the buffer stays free until it is pushed.
    [[nodiscard]] constexpr auto first_free() const -> std::uint8_t {
        std::uint8_t i = 0;
        while (i < Count and states_[i].load() != idle) {
            ++i;
        }
        return i;
    }
    /// Takes a free buffer, or answers `none`. For a producer that fills several at a time.
    constexpr auto take() -> std::uint8_t {
        auto const i = first_free();
        if (i != none) {
            states_[i].store(filling);
        }
        return i;
    }
    [[nodiscard]] constexpr auto has_room() const -> bool { return free() > 0; }
    [[nodiscard]] constexpr auto free() const -> std::uint8_t {
        std::uint8_t total = 0;
        for (auto const& each : states_) {
            total = static_cast<std::uint8_t>(total + (each.load() == idle ? 1 : 0));
        }
        return total;
    }
    /// The number of buffers that are neither queued nor lent.
    [[nodiscard]] constexpr auto room() const -> std::uint8_t {
        std::uint8_t total = 0;
        for (auto const& each : states_) {
            total = static_cast<std::uint8_t>(total + (each.load() < queued ? 1 : 0));
        }
        return total;
    }
    /// Appends a buffer that the producer has filled to the queue.
    constexpr auto push(std::uint8_t index) -> void {
        auto const at = pushed_.load();
        queue_[at % Count] = index;
        states_[index].store(queued);
        pushed_.store(static_cast<std::uint8_t>(at + 1));
    }
    /// Returns a taken buffer that was not pushed.
    constexpr auto drop(std::uint8_t index) -> void { states_[index].store(idle); }

    /// The position after the newest queued buffer.
    [[nodiscard, gnu::always_inline]] constexpr auto end() const -> std::uint8_t { return pushed_.load(); }
    [[nodiscard, gnu::always_inline]] constexpr auto begin() const -> std::uint8_t { return popped_.load(); }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return begin() == end(); }
    /// The buffer at a position of the queue.
    [[nodiscard]] constexpr auto at(std::uint8_t place) const -> std::uint8_t { return queue_[place % Count]; }
    /// Removes the oldest buffer from the queue, which must not be empty; it is lent until `give_back`.
    constexpr auto pop() -> std::uint8_t {
        auto const place = popped_.load();
        auto const index = at(place);
        states_[index].store(lent);
        popped_.store(static_cast<std::uint8_t>(place + 1));
        return index;
    }
    /// Returns a lent buffer. False when this buffer is not lent.
    constexpr auto give_back(std::uint32_t index) -> bool {
        auto const is_lent = index < Count and states_[index].load() == lent;
        if (is_lent) {
            states_[index].store(idle);
        }
        return is_lent;
    }
    /// Returns all lent buffers, and the queued ones before a position, unless the queue is already past it.
    constexpr auto clear(std::uint8_t place) -> void {
        auto const waiting = static_cast<std::uint8_t>(place - begin());
        for (std::uint8_t n = 0; waiting <= Count and n < waiting; ++n) {
            (void)pop();
        }
        for (std::uint32_t i = 0; i < Count; ++i) {
            (void)give_back(i);
        }
    }
};

} // namespace rpmsg::detail
