#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/wire/service/ping.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// What a `ping_responder` counted. Each number stops at its largest value.
struct ping_responder_counts {
    std::uint32_t answered{};
    std::uint32_t malformed{};  ///< shorter than 17 bytes, or its length is not the one of the message: not answered
    std::uint32_t corrupted{};  ///< the data that was to be checked differed: answered, as NuttX does
    std::uint32_t unexpected{}; ///< a response, but this side sends no requests
    std::uint32_t lost{};       ///< no buffer was free for more answers than can wait, or the answer exceeds a buffer

    auto operator==(ping_responder_counts const&) const -> bool = default;
};

/// Answers the pings of NuttX (drivers/rpmsg/rpmsg_ping.c): `ping_responder<> pings;` in `endpoints{ref{pings}}`. The cookie is
/// returned unchanged and not interpreted. An answer that finds no buffer keeps its request and is sent by a later poll;
/// `Waiting` of them can wait. `Waiting` must be less than the number of buffers of the peer: otherwise two sides that hold all
/// buffers of each other wait for ever.
template <std::uint32_t Waiting = 2> class ping_responder {
    static_assert(Waiting >= 1, "a responder keeps at least one request that found no buffer for its answer");

    std::array<held_message::parked, Waiting> waiting_{};
    std::uint32_t first_{};
    std::uint32_t size_{};
    ping_responder_counts counts_{};

    /// Returns `no_buffer` when the answer has to wait, and otherwise has finished with the request.
    constexpr auto answer(auto& link, address to, const_bytes request, wire::ping_header head) -> error {
        auto const size = wire::kind_of(head) == wire::ping_command::request ? request.size() : wire::ping_smallest;
        auto room = link.reserve(size);
        if (not room) {
            if (room.refusal() != error::no_buffer) {
                detail::count_up(counts_.lost);
            }
            return room.refusal();
        }
        head.command = wire::ping_command::response;
        head.length = static_cast<std::uint32_t>(size);
        store(room.payload(), head);
        copy(request.subspan(sizeof head, size - sizeof head), room.payload().subspan(sizeof head));
        auto const sent = link.commit_to(to, std::move(room), size);
        detail::count_up(sent ? counts_.answered : counts_.lost);
        return sent.error();
    }

    constexpr auto keep(auto& link, message const& m) -> void {
        if (size_ == Waiting) {
            detail::count_up(counts_.lost);
            return;
        }
        waiting_[(first_ + size_) % Waiting] = link.hold(m).park();
        ++size_;
    }

    constexpr auto release_oldest() -> void {
        held_message{waiting_[first_]}.release();
        first_ = (first_ + 1) % Waiting;
        --size_;
    }

    constexpr auto serve(auto& link, message const& m, wire::ping_header const& head) -> void {
        if ((head.command & wire::ping_command::wants_answer) == 0) {
            return;
        }
        auto const data = m.payload.subspan(sizeof head);
        if ((head.command & wire::ping_command::verify) != 0 and not wire::is_filled_with(data, data[0])) {
            detail::count_up(counts_.corrupted);
        }
        // Those that wait are older.
        if (size_ != 0 or answer(link, m.source, m.payload, head) == error::no_buffer) {
            keep(link, m);
        }
    }

  public:
    static constexpr auto name() -> std::string_view { return wire::ping_name; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    [[nodiscard]] constexpr auto counts() const -> ping_responder_counts const& { return counts_; }
    /// The number of answers that wait for a buffer.
    [[nodiscard]] constexpr auto waiting() const -> std::uint32_t { return size_; }

    /// Called by the channel. With `on_response(cookie, payload)` for a description that also sends requests.
    constexpr auto on_message(auto& link, message const& m, auto&& on_response) -> void {
        auto head = wire::ping_header{};
        if (not wire::read_header(m.payload, 1, head) or head.length != m.payload.size()) {
            detail::count_up(counts_.malformed);
        } else if (wire::kind_of(head) == wire::ping_command::response) {
            on_response(head.cookie, m.payload);
        } else {
            serve(link, m, head);
        }
    }
    constexpr auto on_message(auto& link, message const& m) -> void {
        on_message(link, m, [this](std::uint64_t, const_bytes) { detail::count_up(counts_.unexpected); });
    }
    constexpr auto on_event(auto&, event const& e) -> void {
        if (e.kind == event_kind::link_down) {
            while (size_ != 0) {
                release_oldest();
            }
        }
    }
    /// Sends the answers that found no buffer, in the order of their requests.
    constexpr auto on_poll(auto& link, ticks) -> void {
        while (size_ != 0) {
            auto const& oldest = waiting_[first_].content;
            auto head = wire::ping_header{};
            // The peer may have changed the message, which was complete when it came.
            (void)wire::read_header(oldest.payload, 1, head);
            if (answer(link, oldest.source, oldest.payload, head) == error::no_buffer) {
                return;
            }
            release_oldest();
        }
    }
};
static_assert(endpoint_description<ping_responder<>>);

} // namespace rpmsg
