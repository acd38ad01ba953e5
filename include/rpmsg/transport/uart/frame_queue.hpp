#pragma once

#include <rpmsg/platform/interrupt_cell.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// Which of a few buffers are in use, and in what order filled ones wait. One context takes and pushes, the other pops and
/// gives back: an interrupt and the loop it interrupts, without a lock.
template <std::uint8_t Count> class frame_queue {
    static_assert(Count > 0 and Count <= 64 and (Count & (Count - 1)) == 0);

    enum state : std::uint8_t { idle, filling, queued, lent };
    std::array<interrupt_byte, Count> states_{};
    std::array<std::uint8_t, Count> queue_{};
    interrupt_byte pushed_{};
    interrupt_byte popped_{};

  public:
    static constexpr std::uint8_t none = Count;

    /// A buffer that is not in use, or none. For the context that pushes.
    constexpr auto take() -> std::uint8_t {
        for (std::uint8_t i = 0; i < Count; ++i) {
            if (states_[i].load() == idle) {
                states_[i].store(filling);
                return i;
            }
        }
        return none;
    }
    [[nodiscard]] constexpr auto has_room() const -> bool { return free() > 0; }
    [[nodiscard]] constexpr auto free() const -> std::uint8_t {
        std::uint8_t total = 0;
        for (auto const& each : states_) {
            total = static_cast<std::uint8_t>(total + (each.load() == idle ? 1 : 0));
        }
        return total;
    }
    /// How many buffers neither wait in the queue nor are lent.
    [[nodiscard]] constexpr auto room() const -> std::uint8_t {
        std::uint8_t total = 0;
        for (auto const& each : states_) {
            total = static_cast<std::uint8_t>(total + (each.load() < queued ? 1 : 0));
        }
        return total;
    }
    /// Appends a buffer that was taken to the queue.
    constexpr auto push(std::uint8_t index) -> void {
        auto const at = pushed_.load();
        queue_[at % Count] = index;
        states_[index].store(queued);
        pushed_.store(static_cast<std::uint8_t>(at + 1));
    }
    /// Gives a buffer back that was taken and not pushed.
    constexpr auto drop(std::uint8_t index) -> void { states_[index].store(idle); }

    /// Where the queue ends now.
    [[nodiscard]] constexpr auto end() const -> std::uint8_t { return pushed_.load(); }
    [[nodiscard]] constexpr auto begin() const -> std::uint8_t { return popped_.load(); }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return begin() == end(); }
    /// The buffer at a place of the queue.
    [[nodiscard]] constexpr auto at(std::uint8_t place) const -> std::uint8_t { return queue_[place % Count]; }
    /// Takes the oldest buffer out of the queue, which must not be empty; it stays in use until it is given back.
    constexpr auto pop() -> std::uint8_t {
        auto const place = popped_.load();
        auto const index = at(place);
        states_[index].store(lent);
        popped_.store(static_cast<std::uint8_t>(place + 1));
        return index;
    }
    /// False when this buffer was not lent.
    constexpr auto give_back(std::uint32_t index) -> bool {
        auto const is_lent = index < Count and states_[index].load() == lent;
        if (is_lent) {
            states_[index].store(idle);
        }
        return is_lent;
    }
    /// Gives back all that is lent, and what waits before a place of the queue, if it has not passed yet.
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
