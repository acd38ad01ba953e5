#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/wire/service/syslog.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// What a `syslog_server` counted. Each number stops at its largest value.
struct syslog_server_counts {
    std::uint32_t lines{};
    std::uint32_t cut{};       ///< lines longer than the memory for one, handed on in pieces
    std::uint32_t malformed{}; ///< messages that no correct client sends

    auto operator==(syslog_server_counts const&) const -> bool = default;
};

/// Receives the log of the other side, of this library or of NuttX: `syslog_server<256, handler> log;` in
/// `endpoints{ref{log}}`. `OnLine` is called as handler(std::string_view line) for each line, without its newline, also for the
/// unfinished line of a client that ends. A line is kept in `Line` bytes until its newline comes; a longer one is handed on in
/// pieces. The characters are the client's: any byte but a newline. Call the functions from the polling context.
template <std::uint32_t Line, typename OnLine> class syslog_server {
    static_assert(Line > 0, "a line has room for at least one character");

    OnLine on_line_{};
    std::array<char, Line> line_{};
    std::uint32_t size_{};
    syslog_server_counts counts_{};
    std::uint32_t cookie_{}; ///< of the last sync
    ticks since_{};          ///< the begin of the last sync
    ticks timeout_{};
    status outcome_{};
    bool is_bound_{};
    bool is_syncing_{};
    bool owes_sync_{};
    bool is_suspended_{};
    bool owes_suspend_{}; ///< the client does not know of `is_suspended_` yet
    bool is_refused_{};   ///< what is owed waits for a buffer

    constexpr auto hand_on() -> void {
        detail::count_up(counts_.lines);
        on_line_(std::string_view{line_.data(), size_});
        size_ = 0;
    }
    constexpr auto add(const_bytes text) -> void {
        for (auto const each : text) {
            auto const c = static_cast<char>(each);
            if (c == '\n') {
                hand_on();
                continue;
            }
            if (size_ == Line) {
                detail::count_up(counts_.cut);
                hand_on();
            }
            line_[size_++] = c;
        }
    }
    constexpr auto end_sync(status outcome) -> void {
        outcome_ = is_syncing_ ? outcome : outcome_;
        is_syncing_ = owes_sync_ = false;
    }
    [[nodiscard]] constexpr auto owes() const -> bool { return is_bound_ and (owes_sync_ or owes_suspend_); }
    constexpr auto send(auto& link, auto const& content) -> bool {
        is_refused_ = link.send(std::bit_cast<std::array<std::byte, sizeof content>>(content)).error() == error::no_buffer;
        return is_refused_;
    }

  public:
    constexpr syslog_server() = default;
    constexpr explicit syslog_server(OnLine on_line) : on_line_{std::move(on_line)} {}

    static constexpr auto name() -> std::string_view { return wire::syslog_name; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    [[nodiscard]] constexpr auto counts() const -> syslog_server_counts const& { return counts_; }

    /// Whether the client is to keep its lines to itself. The next poll tells it; one that comes later is told, too.
    constexpr auto suspend(bool is_suspended) -> void {
        owes_suspend_ = owes_suspend_ or is_suspended != is_suspended_;
        is_suspended_ = is_suspended;
        is_refused_ = false;
    }
    /// Asks the client to send all that it has, also while it is suspended. It ends when `is_syncing` is false. `now` is the time
    /// given to `poll`. Errors: `not_bound` without a client; `would_block` while another one runs.
    constexpr auto sync(ticks now, ticks timeout) -> status {
        if (not is_bound_ or is_syncing_) {
            return is_bound_ ? error::would_block : error::not_bound;
        }
        ++cookie_;
        since_ = now;
        timeout_ = timeout;
        is_syncing_ = owes_sync_ = true;
        is_refused_ = false;
        return {};
    }
    [[nodiscard]] constexpr auto is_syncing() const -> bool { return is_syncing_; }
    /// How the last sync ended: `timed_out`, or `closed` when the client or the link ended.
    [[nodiscard]] constexpr auto outcome() const -> status { return outcome_; }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        auto head = wire::syslog_header{};
        auto text = wire::syslog_transfer{};
        auto answer = wire::syslog_sync{};
        auto is_correct = wire::read_header(m.payload, 0, head);
        if (is_correct and head.command == wire::syslog_command::transfer) {
            is_correct = wire::read_header(m.payload, 0, text) and text.count <= m.payload.size() - sizeof text;
            add(is_correct ? m.payload.subspan(sizeof text, text.count) : const_bytes{});
        } else if (is_correct) {
            is_correct = head.command == wire::syslog_command::sync and wire::read_header(m.payload, 0, answer);
            if (is_correct and is_syncing_ and not owes_sync_ and answer.cookie[0] == cookie_) {
                end_sync({});
                link.wake();
            }
        }
        if (not is_correct) {
            detail::count_up(counts_.malformed);
        }
    }
    constexpr auto on_event(auto&, event const& e) -> void {
        is_refused_ = false;
        if (e.kind != event_kind::bound and e.kind != event_kind::unbound) {
            return;
        }
        is_bound_ = e.kind == event_kind::bound;
        owes_suspend_ = is_suspended_;
        end_sync(error::closed);
        if (size_ != 0) {
            hand_on();
        }
    }
    constexpr auto on_poll(auto& link, ticks now) -> void {
        since_ = not_ahead(since_, now);
        if (is_syncing_ and has_passed(since_ + timeout_, now)) {
            end_sync(error::timed_out);
            link.wake();
        }
        if (is_bound_ and owes_suspend_) {
            owes_suspend_ = send(link, wire::syslog_header{.command = is_suspended_ ? wire::syslog_command::suspend
                                                                                    : wire::syslog_command::resume});
        }
        if (is_bound_ and owes_sync_ and not owes_suspend_) {
            owes_sync_ = send(link, wire::syslog_sync{.cookie = {cookie_, 0}});
        }
    }
    constexpr auto next_deadline(ticks) -> poll_deadline { return {.is_set = is_syncing_, .at = since_ + timeout_}; }
    constexpr auto is_pending() -> bool { return owes() and not is_refused_; }
};

} // namespace rpmsg
