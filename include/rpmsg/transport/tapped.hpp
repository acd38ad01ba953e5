#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/header.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// What `tapped` reports to. The calls are made while the lock of the link is held, so that each must be short and must not
/// wait or call the link. A sink cannot change the traffic. It takes time stamps from a clock of its own. The payload may lie
/// in memory that the peer can still modify: a sink reads it during the call only.
///
///   received(h, payload)     a message of the peer, before it is delivered. A counter that follows tells why it is dropped
///   sending(h, payload)      a message that this side passes to the transport; always followed by `sent`
///   sent(accepted)           whether the transport accepted that message; if not, the peer does not receive it
///   changed(change)          the link is refused, up or down
///   dropped(reason)          the transport dropped a message of the peer, which is not reported as received
///   counted(reason, amount)  another counter of the link was incremented
template <typename T>
concept tap_sink = requires(T& sink, wire::header const& header, const_bytes payload, link_change const& change,
                            counter reason) {
    { sink.received(header, payload) } -> std::same_as<void>;
    { sink.sending(header, payload) } -> std::same_as<void>;
    { sink.sent(bool{}) } -> std::same_as<void>;
    { sink.changed(change) } -> std::same_as<void>;
    { sink.dropped(reason) } -> std::same_as<void>;
    { sink.counted(reason, std::uint32_t{}) } -> std::same_as<void>;
};

namespace archetypes {
/// A class that satisfies the concept and no more, for checks at compile time.
struct tap_sink {
    auto received(wire::header const&, const_bytes) -> void;
    auto sending(wire::header const&, const_bytes) -> void;
    auto sent(bool) -> void;
    auto changed(link_change const&) -> void;
    auto dropped(counter) -> void;
    auto counted(counter, std::uint32_t) -> void;
};
} // namespace archetypes
static_assert(tap_sink<archetypes::tap_sink>);

/// Whether a counter is the reason for which a message of the peer is not delivered.
[[nodiscard]] constexpr auto drops_message(counter reason) -> bool {
    return reason == counter::bad_frame or
           (reason <= counter::table_full and reason != counter::odd_flags and reason != counter::bad_used_length);
}

/// A transport that reports its traffic to a sink: `channel{tapped{vring_device<rings>{region}, sink}, endpoints{...}}`. It has
/// all members of the transport, optional ones included. The sink must outlive it. The headers that it reports have the
/// reserved field and the flags 0. What the transport counts itself is reported by the next poll; a counter that has reached
/// its limit is no longer reported.
template <transport Transport, tap_sink Sink> class tapped : public Transport {
    Sink* sink_;
    counters seen_{}; ///< what was reported so far
    bool is_up_{};

    /// Reports what the transport counted since the last report.
    constexpr auto report_counts() -> void {
        for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(counter::count_); ++i) {
            auto const which = static_cast<counter>(i);
            auto const amount = static_cast<std::uint32_t>(this->counts()[which] - seen_[which]);
            if (amount != 0) {
                seen_.add(which, amount);
                sink_->counted(which, amount);
            }
        }
    }
    /// The reason of the message that `receive` dropped: the counter that it incremented, or one that is at its limit.
    constexpr auto report_drop(counters const& before) -> void {
        constexpr std::uint16_t limit = 0xffff;
        auto found = counter::bad_frame;
        auto is_certain = false;
        for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(counter::count_); ++i) {
            auto const each = static_cast<counter>(i);
            if (not is_certain and drops_message(each) and (this->counts()[each] != before[each] or before[each] == limit)) {
                is_certain = this->counts()[each] != before[each];
                found = each;
            }
        }
        if (is_certain) {
            seen_.add(found);
        }
        sink_->dropped(found);
    }
    constexpr auto report(link_change const& change) -> void {
        is_up_ = change.event == link_event::up;
        sink_->changed(change);
    }

  public:
    constexpr tapped(Transport&& target, Sink& sink) : Transport{std::move(target)}, sink_{&sink}, seen_{this->counts()} {}

    constexpr auto close() -> void {
        Transport::close();
        if (is_up_) {
            report({.event = link_event::down, .reason = down_reason::closed});
        }
    }
    constexpr auto poll(ticks now) -> link_change {
        auto const change = Transport::poll(now);
        report_counts();
        if (change.event > link_event::ending) {
            report(change);
        }
        return change;
    }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto const length = header.length <= room.space.size() ? header.length : room.space.size();
        sink_->sending(header, room.space.first(length)); // once it is committed, the buffer belongs to the peer
        auto const accepted = Transport::commit(room, header);
        sink_->sent(accepted);
        return accepted;
    }
    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto const before = this->counts();
        auto const got = Transport::receive();
        if (got.outcome == rx_outcome::message) {
            sink_->received({.source = got.source,
                             .destination = got.destination,
                             .length = static_cast<std::uint16_t>(got.payload.size())},
                            got.payload);
        } else if (got.outcome == rx_outcome::dropped) {
            report_drop(before);
        }
        return got;
    }
    constexpr auto count(counter reason) -> void {
        Transport::count(reason);
        seen_.add(reason);
        sink_->counted(reason, 1);
    }
    /// Reports an announcement that this transport passes on as the message that another one would send.
    constexpr auto announce(wire::announcement const& announced) -> status requires requires(Transport& it) {
        it.announce(announced);
    }
    {
        auto const content = std::bit_cast<std::array<std::byte, sizeof(announced)>>(announced);
        sink_->sending({.source = announced.where, .destination = name_service_address, .length = sizeof(announced)}, content);
        auto const outcome = Transport::announce(announced);
        sink_->sent(outcome.has_value());
        return outcome;
    }
};
template <typename Transport, typename Sink> tapped(Transport, Sink&) -> tapped<Transport, Sink>;

static_assert(transport<tapped<archetypes::transport, archetypes::tap_sink>>);

} // namespace rpmsg
