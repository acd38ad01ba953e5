#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/transport/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::testing {

/// The memory that both ends of a loopback share: `Buffers` messages of at most `Payload` bytes in each direction.
template <std::uint32_t Buffers = 4, std::uint32_t Payload = 48> struct loopback_memory {
    enum class owner : std::uint8_t { nobody, sender, queue, receiver };
    struct slot {
        std::array<std::byte, Payload> content{};
        wire::header header{};
        owner whose{};
    };
    struct direction {
        std::array<slot, Buffers> slots{};
        std::array<std::uint32_t, Buffers> queue{};
        std::uint32_t sent{};
        std::uint32_t received{};
    };
    std::array<direction, 2> directions{};
    std::array<std::uint32_t, 2> lives{};  ///< the number of the start of each end; 0 while it is closed
    std::array<std::uint32_t, 2> joined{}; ///< the start number of the other end with which this one is up; 0 while it is down
    std::uint32_t starts{};
};

/// One end of a transport inside one program or one constant expression, to test layers above transports without rings. Either
/// end may be started first, closed, and constructed again over the same memory: then the other one receives what was sent
/// before, goes down and comes up again. For one thread.
template <bool Acknowledged = true, std::uint32_t Buffers = 4, std::uint32_t Payload = 48> class loopback {
    using memory = loopback_memory<Buffers, Payload>;
    using owner = typename memory::owner;

    memory* memory_;
    std::uint32_t self_;
    bool is_started_{};
    counters counts_{};

    constexpr auto outgoing() -> typename memory::direction& { return memory_->directions[self_]; }
    constexpr auto incoming() -> typename memory::direction& { return memory_->directions[1 - self_]; }
    [[nodiscard]] constexpr auto is_up() const -> bool { return is_started_ and memory_->joined[self_] != 0; }
    /// Returns whether the other end has not restarted since this one came up.
    [[nodiscard]] constexpr auto is_current() const -> bool { return memory_->joined[self_] == memory_->lives[1 - self_]; }

    /// Empties both queues. A slot that a sender may still fill stays taken until it is given back.
    constexpr auto begin_anew() -> void {
        for (auto& each : memory_->directions) {
            each.sent = each.received = 0;
            for (auto& slot : each.slots) {
                slot.whose = slot.whose == owner::sender ? owner::sender : owner::nobody;
            }
        }
    }
    constexpr auto come_up() -> link_change {
        if (memory_->joined[1 - self_] == 0) {
            begin_anew();
        }
        memory_->joined[self_] = memory_->lives[1 - self_];
        return {.event = link_event::up};
    }
    constexpr auto go_down(down_reason reason) -> link_change {
        auto const unreturned = in_queue();
        memory_->joined[self_] = 0;
        counts_.add(counter::link_down);
        counts_.add(counter::lost_in_flight, unreturned);
        return {.event = link_event::down, .reason = reason, .unreturned = unreturned};
    }
    constexpr auto in_queue() -> std::uint16_t {
        std::uint16_t total = 0;
        for (auto const& each : outgoing().slots) {
            total = static_cast<std::uint16_t>(total + (each.whose == owner::queue or each.whose == owner::receiver ? 1 : 0));
        }
        return total;
    }
    constexpr auto free_slot() -> std::uint32_t {
        std::uint32_t i = 0;
        while (i < Buffers and outgoing().slots[i].whose != owner::nobody) {
            ++i;
        }
        return i;
    }
    /// Returns whether a slot has this owner, and counts a stale loan when it has not.
    constexpr auto is_at(typename memory::direction& where, std::uint32_t token, owner expected) -> bool {
        auto const valid = is_up() and token < Buffers and where.slots[token].whose == expected;
        if (not valid) {
            counts_.add(counter::stale_loan);
        }
        return valid;
    }

  public:
    static constexpr std::uint32_t max_frame = wire::header_size + Payload;
    static constexpr bool acknowledged = Acknowledged;

    /// `end` is 0 or 1; the other end has the other number.
    constexpr loopback(memory& shared, std::uint32_t end) : memory_{&shared}, self_{end} { expects(end < 2); }

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return Payload; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return Payload; }
    [[nodiscard]] constexpr auto counts() const -> counters const& { return counts_; }
    constexpr auto count(counter reason) -> void { counts_.add(reason); }

    [[nodiscard]] constexpr auto start() -> status {
        if (std::exchange(is_started_, true)) {
            return {};
        }
        for (auto& slot : outgoing().slots) { // slots of an earlier end that was not closed
            slot.whose = memory_->lives[self_] != 0 and slot.whose == owner::sender ? owner::nobody : slot.whose;
        }
        memory_->lives[self_] = ++memory_->starts;
        memory_->joined[self_] = 0;
        return {};
    }
    constexpr auto close() -> void {
        is_started_ = false;
        memory_->lives[self_] = memory_->joined[self_] = 0;
    }

    constexpr auto poll(ticks) -> link_change {
        auto const mine = is_started_ ? memory_->lives[self_] : 0;
        auto const other = memory_->lives[1 - self_];
        if (is_up()) {
            auto const is_over = not is_current() and incoming().sent == incoming().received;
            if (not is_over) {
                return {};
            }
            return go_down(other == 0 ? down_reason::peer_stopped : down_reason::peer_restarted);
        }
        auto const others_view = memory_->joined[1 - self_];
        auto const both = mine != 0 and other != 0 and (others_view == 0 or others_view == mine);
        return both ? come_up() : link_change{};
    }
    constexpr auto notify(std::uint32_t) -> void {}

    [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        if (not is_up() or not is_current()) {
            return {};
        }
        auto const i = free_slot();
        if (i == Buffers) {
            return {};
        }
        outgoing().slots[i].whose = owner::sender;
        return {.space = outgoing().slots[i].content, .token = i, .offset = 0};
    }
    constexpr auto discard(tx_buffer const& room) -> void {
        if (room.token < Buffers and outgoing().slots[room.token].whose == owner::sender) {
            outgoing().slots[room.token].whose = owner::nobody;
        } else {
            counts_.add(counter::stale_loan);
        }
    }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        if (not is_at(outgoing(), room.token, owner::sender)) {
            return false;
        }
        auto& slot = outgoing().slots[room.token];
        if (header.length > Payload or not is_current()) {
            slot.whose = owner::nobody;
            return false;
        }
        slot.header = header;
        slot.whose = owner::queue;
        outgoing().queue[outgoing().sent++ % Buffers] = room.token;
        return true;
    }

    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto& from = incoming();
        if (not is_up() or from.sent == from.received) {
            return {};
        }
        auto const i = from.queue[from.received++ % Buffers];
        auto& slot = from.slots[i];
        slot.whose = owner::receiver;
        return {.outcome = rx_outcome::message,
                .source = slot.header.source,
                .destination = slot.header.destination,
                .payload = const_bytes{slot.content}.first(slot.header.length),
                .token = {.id = i, .capacity = Payload}};
    }
    constexpr auto release(rx_token const& received) -> void {
        if (is_at(incoming(), received.id, owner::receiver)) {
            incoming().slots[received.id].whose = owner::nobody;
        }
    }
    constexpr auto flush() -> void {}

    [[nodiscard]] constexpr auto writable() -> bool { return is_up() and is_current() and free_slot() < Buffers; }
    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        auto const is_over = is_up() and not is_current();
        return {.is_set = is_over, .at = now};
    }
};
static_assert(transport<loopback<>>);
static_assert(transport<loopback<false>>);

} // namespace rpmsg::testing
