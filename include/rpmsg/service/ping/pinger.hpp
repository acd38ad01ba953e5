#pragma once

#include <rpmsg/service/ping/latency_histogram.hpp>
#include <rpmsg/service/ping/responder.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// What a `pinger` sends.
struct ping_options {
    std::uint32_t count = 10;                 ///< number of pings
    std::uint32_t size = wire::ping_smallest; ///< of each payload in bytes, at least 17; the largest one with `random_length`
    std::uint32_t command = wire::ping_command::wants_answer | wire::ping_command::verify;
    ticks timeout =
        1000;         ///< a ping without an answer for so long is lost; in the ticks of `poll`, less than half of their range
    ticks period = 0; ///< time from one ping to the next; 0: the next one follows the answer at once
    std::uint32_t seed = 1; ///< of the random lengths
};

/// What a `pinger` counted in a run.
struct ping_counts {
    std::uint32_t sent{};
    std::uint32_t answered{};  ///< in time, and as they should be
    std::uint32_t lost{};      ///< no answer before the time-out
    std::uint32_t late{};      ///< answers after the time-out
    std::uint32_t duplicate{}; ///< answers to a ping that was answered before
    std::uint32_t foreign{};   ///< responses with a cookie that no ping of this run had
    std::uint32_t corrupted{}; ///< answers of another size or with other data than were sent
    std::uint64_t bytes{};     ///< payload of the pings that were answered, or sent where no answer was asked for

    auto operator==(ping_counts const&) const -> bool = default;
};

/// The clock of a `pinger` that measures with the time given to `poll`.
struct no_clock {};

/// Sends pings to NuttX or to this library, measures them, and answers those of the peer: both sides of a link have this one
/// endpoint. `pinger<> pings;` in `endpoints{ref{pings}}`, then `pings.start({.count = 100})` and poll until `is_running` is
/// false. A run begins when the endpoint is bound, sends one ping after the other and ends with `closed` when the link is lost.
/// Each poll sends at most one ping. A `Clock` measures finer than the time given to `poll`. Call its functions from the
/// polling context.
template <typename Clock = no_clock, std::uint32_t Waiting = 2, std::uint32_t Precision = 4> class pinger {
    static constexpr bool has_clock = not std::same_as<Clock, no_clock>;
    static_assert(not has_clock or clock_source<Clock>, "the clock of a pinger has now(), which returns ticks");
    static constexpr std::uint32_t remembered_pings = 32;

    enum class phase : std::uint8_t { idle, next, sent };

    [[no_unique_address]] Clock clock_{};
    ping_responder<Waiting> responder_{};
    ping_options options_{};
    phase phase_ = phase::idle;
    bool has_begun_{};  ///< the first ping was sent
    bool is_refused_{}; ///< the next ping waits for a buffer or for the peer
    bool is_answered_{};
    bool is_corrupted_{};
    status outcome_{};
    std::uint32_t size_{}; ///< of the ping that was sent last, or 0 when the next one has none yet
    std::uint32_t random_{};
    std::uint64_t cookie_{};     ///< of the ping that was sent last
    std::uint64_t first_{};      ///< of the first ping of the run
    std::uint32_t unanswered_{}; ///< of the last 32 pings, the last one in bit 0: lost, and not answered since
    ticks polled_{};             ///< the last poll
    ticks sent_at_{};            ///< the last ping, by the polls
    ticks clocked_at_{};         ///< the last ping, by the clock
    ticks answered_at_{};        ///< its answer, by the clock
    ticks measured_to_{};
    std::uint64_t elapsed_{};
    ping_counts counts_{};
    latency_histogram<Precision> times_{};

    [[nodiscard]] constexpr auto read_clock([[maybe_unused]] ticks now) -> ticks {
        if constexpr (has_clock) {
            return clock_.now();
        } else {
            return now;
        }
    }
    [[nodiscard]] constexpr auto wants_answer() const -> bool {
        return (options_.command & wire::ping_command::wants_answer) != 0;
    }
    [[nodiscard]] constexpr auto pattern_of(std::uint64_t cookie) const -> std::byte {
        return (options_.command & wire::ping_command::verify) != 0 ? static_cast<std::byte>(cookie - first_) : std::byte{};
    }
    /// The time of the next ping, or the time-out of the last one.
    [[nodiscard]] constexpr auto due() const -> ticks {
        return sent_at_ + (phase_ == phase::sent ? options_.timeout : has_begun_ ? options_.period : 0);
    }

    constexpr auto choose_size() -> std::uint32_t {
        if ((options_.command & wire::ping_command::random_length) == 0) {
            return options_.size;
        }
        random_ ^= random_ << 13; // xorshift, Marsaglia 2003
        random_ ^= random_ >> 17;
        random_ ^= random_ << 5;
        return wire::ping_smallest + random_ % (options_.size - wire::ping_smallest + 1);
    }

    constexpr auto finish(status outcome) -> void {
        unanswered_ |= phase_ == phase::sent ? 1 : 0;
        phase_ = phase::idle;
        outcome_ = outcome;
    }
    /// A ping is over: the next one follows, or the run is over.
    constexpr auto go_on() -> void {
        size_ = 0;
        phase_ = phase::next;
        if (counts_.sent == options_.count) {
            finish({});
        }
    }

    constexpr auto send(auto& link, ticks now) -> void {
        is_refused_ = true;
        if (not link.is_bound()) {
            return;
        }
        size_ = size_ != 0 ? size_ : choose_size();
        auto room = link.reserve(size_);
        if (not room) {
            if (room.refusal() == error::too_large) {
                finish(error::too_large);
            }
            return;
        }
        auto const cookie = cookie_ + 1;
        store(room.payload(), wire::ping_header{.command = options_.command, .length = size_, .cookie = cookie});
        auto const data = room.payload().first(size_).subspan(sizeof(wire::ping_header));
        std::fill(data.begin(), data.end(), pattern_of(cookie));
        auto const before = read_clock(now);
        if (not link.commit(std::move(room), size_)) {
            return;
        }
        is_refused_ = false;
        cookie_ = cookie;
        unanswered_ <<= 1;
        ++counts_.sent;
        sent_at_ = now;
        clocked_at_ = before;
        measured_to_ = has_begun_ ? measured_to_ : before;
        has_begun_ = true;
        if (wants_answer()) {
            phase_ = phase::sent;
        } else {
            counts_.bytes += size_;
            go_on();
        }
    }

    [[nodiscard]] constexpr auto is_as_sent(const_bytes payload) const -> bool {
        auto const is_request = (options_.command & wire::ping_command::kind_mask) == wire::ping_command::request;
        return payload.size() == (is_request ? size_ : wire::ping_smallest) and
               wire::is_filled_with(payload.subspan(sizeof(wire::ping_header)), pattern_of(cookie_));
    }

    constexpr auto on_response(std::uint64_t cookie, const_bytes payload) -> void {
        auto const age = cookie_ - cookie;
        if (cookie < first_ or cookie > cookie_) {
            detail::count_up(counts_.foreign);
        } else if (age == 0 and phase_ == phase::sent and not is_answered_) {
            is_answered_ = true;
            is_corrupted_ = not is_as_sent(payload);
            answered_at_ = read_clock(0);
        } else if (age < remembered_pings and (unanswered_ >> age & 1) == 0) {
            detail::count_up(counts_.duplicate);
        } else {
            detail::count_up(counts_.late);
            unanswered_ &= age < remembered_pings ? ~(1u << age) : ~0u;
        }
    }

    constexpr auto look_at_answer(ticks now) -> void {
        if (is_answered_) {
            is_answered_ = false;
            if (is_corrupted_) {
                ++counts_.corrupted;
            } else {
                ++counts_.answered;
                counts_.bytes += size_;
                times_.add(has_clock ? until(answered_at_, clocked_at_) : now - sent_at_);
            }
        } else if (has_passed(due(), now)) {
            ++counts_.lost;
            unanswered_ |= 1;
        } else {
            return;
        }
        go_on();
    }

  public:
    constexpr pinger() = default;
    constexpr explicit pinger(Clock clock) : clock_{clock} {}

    static constexpr auto name() -> std::string_view { return wire::ping_name; }
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    /// Starts a run, which begins at the next poll; one that is running ends. Error: `malformed` for options that make no valid
    /// ping: no count, a size below 17, a time-out of 0 or of half the range of ticks, or the kind `response`, which the peer
    /// takes for an answer to a request of its own.
    [[nodiscard]] constexpr auto start(ping_options const& options) -> status {
        constexpr auto half = ticks{1} << 31;
        auto const is_valid = options.count != 0 and options.size >= wire::ping_smallest and options.timeout != 0 and
                              options.timeout < half and options.period < half and
                              (options.command & wire::ping_command::kind_mask) != wire::ping_command::response;
        if (not is_valid) {
            return error::malformed;
        }
        options_ = options;
        random_ = options.seed != 0 ? options.seed : 1;
        first_ = cookie_ + 1;
        unanswered_ = size_ = 0;
        elapsed_ = 0;
        counts_ = {};
        times_ = {};
        outcome_ = {};
        has_begun_ = is_refused_ = is_answered_ = false;
        phase_ = phase::next;
        sent_at_ = polled_;
        return {};
    }
    /// Ends a run. An answer that comes afterwards is counted as late.
    constexpr auto stop() -> void { finish({}); }

    [[nodiscard]] constexpr auto is_running() const -> bool { return phase_ != phase::idle; }
    /// Of the last run: success; `closed` when the link or the peer's endpoint was lost; `too_large` for a size that does not
    /// fit.
    [[nodiscard]] constexpr auto outcome() const -> status { return outcome_; }
    [[nodiscard]] constexpr auto counts() const -> ping_counts const& { return counts_; }
    /// The round trips of the pings that were answered, in ticks of the clock.
    [[nodiscard]] constexpr auto times() const -> latency_histogram<Precision> const& { return times_; }
    /// From the first ping to the last poll of the run, in ticks of the clock.
    [[nodiscard]] constexpr auto elapsed() const -> std::uint64_t { return elapsed_; }
    /// Pings per second, over the whole run.
    [[nodiscard]] constexpr auto pings_per_second(std::uint64_t ticks_per_second) const -> std::uint64_t {
        auto const pings = std::uint64_t{wants_answer() ? counts_.answered : counts_.sent};
        return elapsed_ != 0 ? pings * ticks_per_second / elapsed_ : 0;
    }
    /// Payload bytes per second in one direction, over the whole run.
    [[nodiscard]] constexpr auto bytes_per_second(std::uint64_t ticks_per_second) const -> std::uint64_t {
        return elapsed_ != 0 ? counts_.bytes * ticks_per_second / elapsed_ : 0;
    }
    /// The other role of the endpoint, which answers the pings of the peer.
    [[nodiscard]] constexpr auto responder() const -> ping_responder<Waiting> const& { return responder_; }

    /// Called by the channel.
    constexpr auto on_message(auto& link, message const& m) -> void {
        responder_.on_message(link, m, [this](std::uint64_t cookie, const_bytes payload) { on_response(cookie, payload); });
    }
    constexpr auto on_event(auto& link, event const& e) -> void {
        responder_.on_event(link, e);
        if (e.kind == event_kind::unbound and has_begun_ and is_running()) {
            finish(error::closed);
        }
        if (e.kind == event_kind::bound or e.kind == event_kind::writable) {
            is_refused_ = false;
        }
    }
    constexpr auto on_poll(auto& link, ticks now) -> void {
        responder_.on_poll(link, now);
        polled_ = now;
        if (phase_ == phase::idle) {
            return;
        }
        sent_at_ = not_ahead(sent_at_, now);
        if (has_begun_) {
            auto const time = read_clock(now);
            elapsed_ += until(time, measured_to_);
            measured_to_ = time;
        }
        if (phase_ == phase::sent) {
            look_at_answer(now);
        }
        if (phase_ == phase::next and has_passed(due(), now)) {
            send(link, now);
        }
    }
    constexpr auto next_deadline(ticks) -> poll_deadline {
        return {.is_set = phase_ == phase::sent or (phase_ == phase::next and not is_refused_), .at = due()};
    }
    /// Whether the next ping can be sent now.
    constexpr auto is_pending() -> bool { return phase_ == phase::next and not is_refused_ and has_passed(due(), polled_); }
};
static_assert(endpoint_description<pinger<>>);

} // namespace rpmsg
