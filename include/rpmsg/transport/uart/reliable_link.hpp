#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart/reliable_sender.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// One end of a serial line between two ends of this library: a committed message arrives once and in order while the link is
/// up. Errors are corrected by CRC, sequence numbers and resends (wire/uart/reliable_frame.hpp).
template <uart_config Config, typename Stream> class uart_reliable : reliable_sender<Config, Stream> {
    using sender = reliable_sender<Config, Stream>;
    using sender::add;
    using sender::called_at_;
    using sender::errors_;
    using sender::expected_;
    using sender::hello_is_pending_;
    using sender::is_data_;
    using sender::is_sending_;
    using sender::line_;
    using sender::now_;
    using sender::output_;
    using sender::parser_;
    using sender::pending_;
    using sender::phase_;
    using sender::pump;
    using sender::session_;
    using sender::storage_;
    using sender::window_;
    using typename sender::answer;
    using typename sender::check;
    using typename sender::kind;
    using typename sender::parser;
    using typename sender::phase;

    static constexpr std::uint32_t payload_at = wire::reliable_header_size + wire::header_size;
    using pool = frame_queue<Config.tx_buffers>;
    using step = reliable_session::step;

    bool has_asked_{};                 ///< a resend from `expected_` on was requested
    bool is_restarted_{};              ///< the peer restarted: `look` takes the link down
    bool has_left_{};                  ///< the peer has sent a goodbye
    rpmsg::config_mismatch found_{};   ///< a mismatch in the peer's frames, not reported yet
    rpmsg::config_mismatch refusal_{}; ///< the mismatch that was reported to the user
    std::uint16_t peer_limit_{};
    counters counts_{};

    [[nodiscard]] constexpr auto is_intact(const_bytes frame) -> bool {
        auto const size = frame.size() - wire::reliable_check_size;
        auto const intact = load<std::uint32_t>(frame.subspan(size)) == check::of(frame.first(size));
        if (not intact) {
            sender::add_one(errors_.bad_check);
        }
        return intact;
    }
    constexpr auto hear_hello(wire::reliable_hello const& hello) -> void {
        if (hello.payload < sizeof(wire::announcement)) {
            counts_.add(counter::bad_frame);
            found_ = rpmsg::config_mismatch::payload;
            return;
        }
        auto const asked = session_.receive(hello);
        peer_limit_ = asked != step::nothing ? hello.payload : peer_limit_;
        switch (asked) {
        case step::hello: hello_is_pending_ = true; break;
        case step::up: (void)window_.acknowledge(0, hello.window, now_); [[fallthrough]];
        case step::acknowledge: add(answer::acknowledge); break; // the peer may not know that the session is established
        case step::restart: is_restarted_ = true; break;
        default: break;
        }
    }
    /// Applies the header of any frame but a hello. False when it is not of this session.
    constexpr auto accept(wire::reliable_header const& header) -> bool {
        if (not session_.is_current(header.session)) {
            return false;
        }
        session_.establish();
        window_.reset_tries();
        auto const is_resend = header.kind == kind::resend;
        if (not window_.acknowledge(header.acknowledged, header.window, now_, is_resend)) {
            return false;
        }
        if (is_resend) {
            this->rewinds_ = is_data_;
            if (not is_data_) {
                this->go_back();
            }
        }
        has_left_ = has_left_ or header.kind == kind::goodbye;
        return true;
    }
    constexpr auto hear_short_frames() -> void {
        for (int n = 0; n < 8 and not is_restarted_; ++n) {
            auto const frame = parser_.oldest_short();
            if (frame.empty()) {
                return;
            }
            if (is_intact(frame)) {
                auto const is_hello =
                    frame.size() == parser::longest_short and load<std::uint32_t>(frame) == wire::reliable_marker;
                if (is_hello) {
                    hear_hello(load<wire::reliable_hello>(frame));
                } else if (frame.size() == wire::reliable_header_size + wire::reliable_check_size) {
                    (void)accept(load<wire::reliable_header>(frame));
                }
            }
            if (not is_restarted_) { // otherwise it is read again after the restart
                parser_.drop_short();
            }
        }
    }

    /// Restarts this end; returns the number of messages that were not acknowledged.
    constexpr auto renew() -> std::uint16_t {
        auto const lost = window_.unacknowledged();
        this->begin_anew();
        has_asked_ = is_restarted_ = has_left_ = false;
        parser_.forget_nuttx();
        parser_.frames().clear(parser_.frames().end());
        return lost;
    }
    constexpr auto go_down(down_reason reason) -> link_change {
        auto const change = link_change{link_event::down, reason, renew()};
        counts_.add(counter::link_down);
        counts_.add(counter::lost_in_flight, change.unreturned);
        return change;
    }
    /// Whether the peer has ended the session: frames that came before are still delivered.
    [[nodiscard]] constexpr auto is_over() const -> bool { return is_restarted_ or has_left_; }
    constexpr auto look() -> link_change {
        if (phase_ == phase::up) {
            if (is_over() and parser_.frames().is_empty()) {
                return go_down(has_left_ ? down_reason::peer_stopped : down_reason::peer_restarted);
            }
            auto const is_late = window_.waits() and has_passed(window_.deadline(Config.resend_ticks, now_), now_);
            if (is_late and not window_.retry(now_, Config.most_resends, not is_sending_)) {
                return go_down(down_reason::peer_stopped);
            }
            return {};
        }
        if (session_.is_established()) {
            phase_ = phase::up;
            has_left_ = false;
            refusal_ = rpmsg::config_mismatch::none;
            return {.event = link_event::up};
        }
        called_at_ = not_ahead(called_at_, now_);
        if (has_passed(called_at_ + Config.connect_ticks, now_)) {
            hello_is_pending_ = true;
        }
        if (parser_.has_seen_nuttx()) {
            parser_.forget_nuttx();
            found_ = rpmsg::config_mismatch::profile;
        }
        auto const found = std::exchange(found_, rpmsg::config_mismatch::none);
        if (found != rpmsg::config_mismatch::none and std::exchange(refusal_, found) != found) {
            return {link_event::refused, down_reason::incompatible, 0};
        }
        return {};
    }

    /// Whether a data frame is the next in order; requests a resend when it is not.
    constexpr auto is_expected(wire::reliable_header const& header) -> bool {
        auto const ahead = static_cast<std::uint16_t>(header.sequence - expected_);
        if (ahead == 0) {
            ++expected_;
            has_asked_ = false;
            add(answer::acknowledge);
            return true;
        }
        sender::add_one(errors_.repeated);
        auto const is_gap = ahead < 0x8000 and not has_asked_;
        has_asked_ = has_asked_ or is_gap;
        add(is_gap ? answer::resend : answer::acknowledge);
        return false;
    }

  public:
    static constexpr std::uint32_t max_frame = wire::header_size + Config.payload;
    static constexpr bool acknowledged = true;

    constexpr explicit uart_reliable(uart_storage<Config>& storage, Stream line = {}) : sender{storage, std::move(line)} {}

    /// Sets the id of this end, before `start`: not 0, different from the peer's and from those of earlier restarts, for
    /// example from a random number generator, a boot counter or a clock.
    constexpr auto identify(std::uint32_t life) -> void { session_.identify(life); }
    /// Takes received bytes, in pieces of any size. Called from the interrupt, which then calls the channel's `notify`.
    constexpr auto feed(const_bytes received) -> void { parser_.feed(received, *storage_); }
    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t {
        return is_up() ? std::min<std::uint32_t>(peer_limit_, Config.payload) : Config.payload;
    }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return Config.payload; }
    [[nodiscard]] constexpr auto counts() const -> counters const& { return counts_; }
    constexpr auto count(counter reason) -> void { counts_.add(reason); }
    /// The errors on the line since construction. For the polling context.
    [[nodiscard]] constexpr auto uart_counters() const -> rpmsg::uart_counters {
        auto total = errors_;
        parser_.add_to(total);
        return total;
    }
    [[nodiscard]] constexpr auto is_up() const -> bool { return phase_ == phase::up; }
    /// The reason why the link is `incompatible`; `describe` gives a text. The link still tries to connect.
    [[nodiscard]] constexpr auto mismatch() const -> rpmsg::config_mismatch { return refusal_; }
    /// Starts the link. `not_identified` when `identify` has not set an id.
    [[nodiscard]] constexpr auto start() -> status {
        if (session_.own() == 0) {
            return error::not_identified;
        }
        if (phase_ == phase::stopped) {
            found_ = refusal_ = rpmsg::config_mismatch::none;
            (void)renew();
        }
        return {};
    }
    /// Sends a goodbye if the link is up; later polls send the bytes that the stream does not accept now.
    constexpr auto close() -> void {
        if (phase_ == phase::stopped) {
            return;
        }
        auto const says_so = phase_ == phase::up and not is_over();
        window_.clear();
        hello_is_pending_ = is_data_ = this->rewinds_ = false;
        pending_ = says_so ? answer::goodbye : answer::none;
        if (not says_so) {
            output_.forget();
            is_sending_ = false;
        }
        phase_ = phase::stopped;
        pump();
    }

    constexpr auto poll(ticks now) -> link_change {
        now_ = now;
        window_.date(now);
        // Read `end` first: an interrupt may add a hello and frames of the new session.
        if (auto const end = parser_.frames().end(); not is_up() and parser_.oldest_short().empty()) {
            parser_.frames().clear(end); // of an earlier session
        }
        output_.fetch(line_, parser_, *storage_);
        if (phase_ == phase::stopped) {
            pump();
            return {};
        }
        hear_short_frames();
        if (parser_.take_starved()) {
            add(answer::resend);
        }
        auto const change = look();
        pump();
        return change;
    }
    constexpr auto notify(std::uint32_t) -> void {}

    [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        auto const index = is_up() ? window_.frames().take() : pool::none;
        if (index == pool::none) {
            return {};
        }
        return {.space = storage_->sent(index).subspan(payload_at, tx_limit()), .token = index, .offset = 0};
    }
    constexpr auto discard(tx_buffer const& room) -> void { window_.frames().drop(static_cast<std::uint8_t>(room.token)); }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        store(storage_->sent(room.token).subspan(wire::reliable_header_size), header);
        if (not window_.waits()) {
            window_.restart(now_);
        }
        window_.frames().push(static_cast<std::uint8_t>(room.token));
        pump();
        return true;
    }

    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto& frames = parser_.frames();
        if (frames.is_empty()) {
            output_.fetch(line_, parser_, *storage_);
        }
        if (not is_up() or frames.is_empty()) {
            pump();
            return {.outcome = is_up() and is_over() ? rx_outcome::ended : rx_outcome::none};
        }
        auto const token = rx_token{.id = frames.pop(), .capacity = max_frame};
        auto const frame = const_bytes{storage_->received(token.id)};
        auto const header = load<wire::reliable_header>(frame);
        auto const inner = load<wire::header>(frame.subspan(wire::reliable_header_size));
        auto const whole = frame.first(wire::reliable_header_size + header.length + wire::reliable_check_size);
        if (not is_intact(whole) or header.kind != kind::data or not accept(header) or
            header.length != wire::header_size + inner.length or not is_expected(header)) {
            release(token);
            return {.outcome = rx_outcome::dropped, .token = token};
        }
        return {.outcome = rx_outcome::message,
                .source = inner.source,
                .destination = inner.destination,
                .payload = frame.subspan(payload_at, inner.length),
                .token = token};
    }
    /// Returns a received buffer. A peer that waits for room is notified by the next `flush` or `poll`.
    constexpr auto release(rx_token const& received) -> void {
        if (not parser_.frames().give_back(received.id)) {
            counts_.add(counter::stale_loan);
        } else if (this->shown_ == 0) {
            add(answer::acknowledge);
        }
    }
    constexpr auto flush() -> void { pump(); }

    [[nodiscard]] constexpr auto writable() const -> bool { return is_up() and window_.frames().has_room(); }
    /// The next tick while bytes are not accepted or not read yet, or while `receive` has found something for `poll`.
    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        auto const is_sending = not output_.is_idle() or is_sending_ or hello_is_pending_ or pending_ != answer::none;
        auto const has_news = window_.is_undated() or not parser_.oldest_short().empty() or parser_.is_starved() or
                              output_.template is_behind<Stream>();
        if (is_sending or (phase_ != phase::stopped and has_news)) {
            return {.is_set = true, .at = now + 1};
        }
        auto const is_waiting = phase_ == phase::waiting;
        return {.is_set = is_waiting or window_.waits(),
                .at = is_waiting ? not_ahead(called_at_, now) + Config.connect_ticks
                                 : window_.deadline(Config.resend_ticks, now)};
    }
};

} // namespace rpmsg::detail
