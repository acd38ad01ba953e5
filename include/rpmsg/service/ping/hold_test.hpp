#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/ping/responder.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/service/ping.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// What a `hold_test` counted as the receiver. Each number stops at its largest value.
struct hold_test_counts {
    std::uint32_t held{};      ///< messages that were kept
    std::uint32_t intact{};    ///< of these: with the same content when they were returned
    std::uint32_t rounds{};    ///< messages that were marked as the last one
    std::uint32_t corrupted{}; ///< other data than expected, when the message came or when it was returned
    std::uint32_t malformed{}; ///< shorter than its header, or its length is not the one of the message
    std::uint32_t unknown{};   ///< of another type
    std::uint32_t not_held{};  ///< more messages than can be kept: returned at once

    auto operator==(hold_test_counts const&) const -> bool = default;
};

/// How long a `hold_test` keeps messages, in the ticks of `poll`.
struct hold_test_options {
    ticks delay = 10;      ///< after the last message, before all are returned
    ticks patience = 1000; ///< after any message, when the last one does not come
};

/// The test of NuttX for buffers that a receiver keeps (NuttX, drivers/rpmsg/rpmsg_test.c): `hold_test<8> test;` in
/// `endpoints{ref{test}}`. The sender fills all buffers that are free and marks the last message; the receiver keeps up to
/// `Messages` of them and returns them after a delay, when their content is unchanged. Both sides of a link have this endpoint.
/// While the test holds all buffers of a link nothing else is received over it. A serial line in NuttX's frames loses what
/// comes meanwhile: there `Messages` must be less than its receive buffers.
template <std::uint32_t Messages = 8> class hold_test {
    static_assert(Messages >= 1, "the test keeps at least one message");

    std::array<held_message::parked, Messages> held_{};
    std::uint32_t size_{};
    bool is_last_seen_{};
    bool is_new_{}; ///< a message came since the last poll
    ticks since_{};
    hold_test_options options_{};
    hold_test_counts counts_{};

    [[nodiscard]] constexpr auto delay() const -> ticks { return is_last_seen_ ? options_.delay : options_.patience; }
    [[nodiscard]] static constexpr auto is_intact(const_bytes payload) -> bool {
        return wire::is_filled_with(payload.subspan(sizeof(wire::hold_test_header)), wire::hold_test_fill);
    }
    constexpr auto drop_all() -> void {
        for (std::uint32_t i = 0; i < size_; ++i) {
            held_message{held_[i]}.release();
        }
        size_ = 0;
        is_last_seen_ = is_new_ = false;
    }

  public:
    constexpr hold_test() = default;
    constexpr explicit hold_test(hold_test_options options) : options_{options} {}

    static constexpr auto name() -> std::string_view { return wire::hold_test_name; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    [[nodiscard]] constexpr auto counts() const -> hold_test_counts const& { return counts_; }
    /// The number of messages that are held.
    [[nodiscard]] constexpr auto held() const -> std::uint32_t { return size_; }

    /// The sender: fills all free transmit buffers, at most `Messages`, and returns their number. `link` is
    /// `channel.get<"rpmsg-test">()`. Errors: those of `reserve` and `commit`; `too_large` for buffers of less than a header.
    [[nodiscard]] static constexpr auto send(auto const& link) -> result<std::uint32_t> {
        if (not link.is_bound()) {
            return error::not_bound;
        }
        auto room = link.reserve();
        if (not room) {
            return room.refusal();
        }
        for (std::uint32_t sent = 1;; ++sent) {
            auto next = decltype(room){error::no_buffer};
            if (sent < Messages) {
                next = link.reserve();
            }
            auto const payload = room.payload();
            if (payload.size() < sizeof(wire::hold_test_header)) {
                return error::too_large;
            }
            auto const data = payload.subspan(sizeof(wire::hold_test_header));
            store(payload,
                  wire::hold_test_header{.command = next ? wire::hold_test_command::hold : wire::hold_test_command::hold_last,
                                         .length = static_cast<std::uint32_t>(data.size())});
            std::fill(data.begin(), data.end(), wire::hold_test_fill);
            if (auto const done = link.commit(std::move(room), payload.size()); not done) {
                return done.error();
            }
            if (not next) {
                return sent;
            }
            room = std::move(next);
        }
    }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto head = wire::hold_test_header{};
        if (not wire::read_header(m.payload, 0, head)) {
            detail::count_up(counts_.malformed);
            return;
        }
        if ((head.command & wire::hold_test_command::type_mask) != wire::hold_test_command::hold) {
            detail::count_up(counts_.unknown);
            return;
        }
        if (head.length != m.payload.size() - sizeof head) {
            detail::count_up(counts_.malformed);
            return;
        }
        if (not is_intact(m.payload)) {
            detail::count_up(counts_.corrupted);
        }
        if (size_ < Messages) {
            held_[size_++] = link.hold(m).park();
            detail::count_up(counts_.held);
        } else {
            detail::count_up(counts_.not_held);
        }
        is_new_ = true;
        if (head.command == wire::hold_test_command::hold_last) {
            is_last_seen_ = true;
            detail::count_up(counts_.rounds);
        }
    }
    constexpr auto on_event(auto&, event const& e) -> void {
        if (e.kind == event_kind::link_down) {
            drop_all();
        }
    }
    constexpr auto on_poll(auto&, ticks now) -> void {
        since_ = std::exchange(is_new_, false) ? now : not_ahead(since_, now);
        if (size_ == 0 or not has_passed(since_ + delay(), now)) {
            return;
        }
        for (std::uint32_t i = 0; i < size_; ++i) {
            detail::count_up(is_intact(held_[i].content.payload) ? counts_.intact : counts_.corrupted);
        }
        drop_all();
    }
    constexpr auto next_deadline(ticks) -> poll_deadline { return {.is_set = size_ != 0, .at = since_ + delay()}; }
};
static_assert(endpoint_description<hold_test<>>);

} // namespace rpmsg
