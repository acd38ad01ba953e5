#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart/counters.hpp>
#include <rpmsg/transport/uart/frame_queue.hpp>
#include <rpmsg/transport/uart/nuttx_parser.hpp>
#include <rpmsg/transport/uart/pending_codes.hpp>
#include <rpmsg/transport/uart/tx_stage.hpp>
#include <rpmsg/transport/uart/wake_handshake.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// One end of a serial line to NuttX, to openvela or to this library (NuttX, drivers/rpmsg/rpmsg_port_uart.c).
template <uart_config Config, typename Stream, typename Power> class uart_nuttx {
    static constexpr auto dialect = Config.dialect;
    static constexpr std::uint32_t payload_at = wire::port_header_size + wire::header_size;
    using check = wire::crc<dialect.check, Config.check_step>;
    using pool = frame_queue<Config.tx_buffers>;

    enum class phase : std::uint8_t { stopped, refused, waiting, up };
    phase phase_{};
    bool calls_{};      ///< a connection request is due; when stopped: a goodbye to a sleeping peer is due
    bool is_checked_{}; ///< a frame with a correct CRC has come since the link came up
    rpmsg::config_mismatch refusal_{};
    ticks called_at_{};
    ticks now_{};
    wake_handshake<Config, Power> sleep_;
    pending_codes<dialect> codes_{};
    interrupt_cell<std::uint16_t> bad_check_{};
    uart_storage<Config>* storage_;
    wire::uart_writer<dialect> writer_{};
    pool sent_{};
    uart_parser<Config> parser_{};
    tx_stage<Stream> output_;
    counters counts_{};

    /// The length of a frame whose length field was written here or checked by the parser.
    static constexpr auto length_of(const_bytes frame) -> std::uint16_t {
        return load_aligned<std::uint16_t>(frame.subspan(offsetof(wire::port_header, length)));
    }
    constexpr auto put_frame(bytes room) -> std::size_t {
        if (sent_.is_empty()) {
            return 0;
        }
        auto const index = sent_.at(sent_.begin());
        auto const frame = storage_->sent(index);
        auto const whole = const_bytes{frame}.first(length_of(frame));
        auto const count = writer_.write(whole, room);
        if (writer_.is_done(whole)) {
            writer_ = {};
            (void)sent_.give_back(sent_.pop());
        }
        return count;
    }
    /// Writes as many bytes to the stream as it accepts now.
    constexpr auto pump() -> void {
        while (output_.drain()) {
            auto const sends = sent_.is_empty() or sleep_.may_send(codes_, now_);
            auto const count = not codes_.is_empty() ? codes_.put(output_.room()) : sends ? put_frame(output_.room()) : 0;
            if (count == 0) {
                return;
            }
            output_.stage(count);
        }
    }

    constexpr auto come_up() -> link_change {
        parser_.frames().clear(parser_.fence());
        codes_.take_back(dialect.connect);
        phase_ = phase::up;
        calls_ = is_checked_ = false;
        return {.event = link_event::up};
    }
    /// Discards all frames in progress; returns the number of messages that were not sent.
    constexpr auto let_go() -> std::uint16_t {
        auto const unsent = static_cast<std::uint8_t>(sent_.end() - sent_.begin());
        sent_.clear(sent_.end());
        writer_ = {};
        output_.forget();
        parser_.frames().clear(parser_.last());
        return unsent;
    }
    constexpr auto go_down(down_reason reason) -> link_change {
        auto const change = link_change{link_event::down, reason, let_go()};
        phase_ = phase::waiting;
        called_at_ = now_;
        counts_.add(counter::link_down);
        counts_.add(counter::lost_in_flight, change.unreturned);
        return change;
    }
    /// Stops until `start` because the peer's configuration does not match; sends a goodbye if the link was up.
    constexpr auto refuse() -> link_change {
        auto const says_so = is_up();
        auto change = go_down(down_reason::incompatible);
        change.event = says_so ? link_event::down : link_event::refused;
        leave(says_so, phase::refused);
        return change;
    }
    /// Sends nothing more, except a goodbye.
    constexpr auto leave(bool says_so, phase to) -> void {
        codes_ = {};
        phase_ = to;
        calls_ = says_so and dialect.power_off != 0;
        if (calls_) {
            say_goodbye();
        }
    }
    constexpr auto say_goodbye() -> void {
        if (sleep_.may_send(codes_, now_)) {
            codes_.add(dialect.power_off);
            sleep_.end_burst(codes_);
            calls_ = false;
        }
    }
    [[nodiscard]] constexpr auto is_refused() const -> bool { return refusal_ != rpmsg::config_mismatch::none; }
    /// Whether the peer has ended the connection: frames that came before are still delivered.
    [[nodiscard]] constexpr auto is_over() const -> bool {
        return is_refused() or parser_.has_seen(dialect.connect) or
               (dialect.power_off != 0 and parser_.has_seen(dialect.power_off));
    }
    /// Whether a frame of this connection is pending.
    [[nodiscard]] constexpr auto has_frames() const -> bool { return parser_.frames().begin() != parser_.last(); }
    /// Runs the state machine with the peer's codes and the current time.
    constexpr auto look() -> link_change {
        if (parser_.has_seen_reliable()) {
            parser_.forget_reliable();
            refusal_ = rpmsg::config_mismatch::profile;
        }
        if (is_refused()) {
            return refuse();
        }
        if (phase_ == phase::up) {
            (void)parser_.take_seen(dialect.connected);
            if (not is_over() or has_frames()) {
                return {};
            }
            auto const restarts =
                parser_.has_seen(dialect.connect); // the code stays pending: it is answered when the link comes up again
            (void)parser_.take_seen(dialect.power_off);
            return go_down(restarts ? down_reason::peer_restarted : down_reason::peer_stopped);
        }
        if (parser_.take_seen(dialect.connect)) {
            codes_.take_back(dialect.connect);
            codes_.add(dialect.connected);
            return come_up();
        }
        if (parser_.take_seen(dialect.connected)) {
            return come_up();
        }
        called_at_ = not_ahead(called_at_, now_);
        if (has_passed(called_at_ + Config.connect_ticks, now_)) {
            calls_ = true;
        }
        if (calls_ and sleep_.may_send(codes_, now_)) {
            calls_ = false;
            called_at_ = now_;
            codes_.add(dialect.connect);
        }
        return {};
    }

  public:
    static constexpr std::uint32_t max_frame = wire::header_size + Config.payload;
    static constexpr bool acknowledged = true;

    constexpr explicit uart_nuttx(uart_storage<Config>& storage, Stream line = {}, Power power = {})
        : sleep_{std::move(power)}, storage_{&storage}, output_{std::move(line)} {}

    /// Takes received bytes, in pieces of any size. Called from the interrupt, which then calls the channel's `notify`.
    constexpr auto feed(const_bytes received) -> void { parser_.feed(received, *storage_); }

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return Config.payload; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return Config.payload; }
    [[nodiscard]] constexpr auto counts() const -> counters const& { return counts_; }
    constexpr auto count(counter reason) -> void { counts_.add(reason); }
    /// The errors on the line since construction. For the polling context.
    [[nodiscard]] constexpr auto uart_counters() const -> rpmsg::uart_counters {
        auto total = rpmsg::uart_counters{.bad_check = bad_check_.load()};
        parser_.add_to(total);
        return total;
    }

    [[nodiscard]] constexpr auto is_up() const -> bool { return phase_ == phase::up; }
    /// The reason why the link is `incompatible`; `describe` gives a text.
    [[nodiscard]] constexpr auto mismatch() const -> rpmsg::config_mismatch { return refusal_; }
    /// Notifies the peer that this side pauses or resumes, for the two programs to use. A new connection is not paused.
    constexpr auto suspend(bool pauses) -> void requires(dialect.suspend != 0) {
        if (phase_ >= phase::waiting) {
            codes_.take_back(pauses ? dialect.resume : dialect.suspend);
            codes_.add(pauses ? dialect.suspend : dialect.resume);
            pump();
        }
    }
    /// Whether the peer has sent `suspend` and no `resume` in this connection.
    [[nodiscard]] constexpr auto is_peer_suspended() const -> bool { return parser_.is_suspended(); }

    [[nodiscard]] constexpr auto start() -> status {
        if (phase_ <= phase::refused) {
            phase_ = phase::waiting;
            calls_ = true;
            refusal_ = rpmsg::config_mismatch::none;
            codes_ = {}; // the connection request replaces a goodbye that was not sent yet
            parser_.forget_reliable();
            (void)parser_.take_seen(dialect.connected); // answers a request from before a restart
            sleep_.forget(parser_);
        }
        return {};
    }
    /// Sends a goodbye where the dialect has a code for it. Later polls send the bytes that the stream does not accept now, and
    /// wake a sleeping peer first.
    constexpr auto close() -> void {
        if (phase_ >= phase::waiting) {
            auto const says_so = is_up() and not is_over();
            (void)let_go();
            leave(says_so, phase::stopped);
            pump();
        }
        phase_ = phase::stopped;
    }

    constexpr auto poll(ticks now) -> link_change {
        now_ = now;
        // Read `end` first: an interrupt may add a code and frames of the new connection.
        auto const end = parser_.frames().end();
        if (not is_up() and not parser_.has_seen(dialect.connect) and not parser_.has_seen(dialect.connected)) {
            parser_.frames().clear(end); // of an earlier connection
        }
        output_.fetch(parser_, *storage_);
        parser_.forget_news();
        if (phase_ < phase::waiting) {
            if constexpr (Power::wakes_peer) {
                if (calls_) {
                    sleep_.answer(parser_, codes_);
                    sleep_.is_deaf() ? leave(false, phase_) : say_goodbye();
                }
            }
            pump();
            return {};
        }
        sleep_.answer(parser_, codes_);
        auto const change = look();
        if (change.event != link_event::down) {
            pump();
            if (sent_.is_empty() and not calls_) {
                sleep_.end_burst(codes_);
            }
        }
        pump();
        return change;
    }
    constexpr auto notify(std::uint32_t) -> void {}

    [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        auto const index = is_up() ? sent_.take() : pool::none;
        if (index == pool::none) {
            return {};
        }
        return {.space = storage_->sent(index).subspan(payload_at), .token = index, .offset = 0};
    }
    constexpr auto discard(tx_buffer const& room) -> void { sent_.drop(static_cast<std::uint8_t>(room.token)); }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto const size = static_cast<std::uint16_t>(payload_at + header.length);
        auto const frame = storage_->sent(room.token);
        store_aligned(frame, wire::port_header{.length = size});
        store_aligned(frame.subspan(wire::port_header_size), header);
        if constexpr (Config.check == uart_check::required) {
            wire::seal<check>(frame.first(size));
        }
        sent_.push(static_cast<std::uint8_t>(room.token));
        pump();
        return true;
    }

    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto& frames = parser_.frames();
        if (frames.is_empty()) {
            output_.fetch(parser_, *storage_);
        }
        auto got = rx_buffer{};
        if (not is_up() or is_refused() or not has_frames()) {
            pump();
            got.outcome = is_up() and is_over() ? rx_outcome::ended : rx_outcome::none;
            return got;
        }
        got.token = {.id = frames.pop(), .capacity = max_frame};
        auto const frame = const_bytes{storage_->received(got.token.id)};
        auto const whole = frame.first(length_of(frame));
        if constexpr (Config.check == uart_check::required) {
            if (not wire::is_intact<check>(whole)) {
                bad_check_.count();
                if (not is_checked_ and load_aligned<std::uint16_t>(whole) == 0) {
                    refusal_ = rpmsg::config_mismatch::no_check;
                }
                release(got.token);
                got.outcome = rx_outcome::dropped;
                return got;
            }
            is_checked_ = true;
        }
        auto const header = load_aligned<wire::header>(whole.subspan(wire::port_header_size));
        got.outcome = rx_outcome::message;
        got.source = header.source;
        got.destination = header.destination;
        got.payload = whole.subspan(payload_at);
        return got;
    }
    constexpr auto release(rx_token const& received) -> void {
        if (not parser_.frames().give_back(received.id)) {
            counts_.add(counter::stale_loan);
        }
    }
    constexpr auto flush() -> void { pump(); }

    [[nodiscard]] constexpr auto writable() const -> bool { return is_up() and sent_.has_room(); }
    /// The next tick while bytes are not accepted or not read yet, or while `receive` has found codes for `poll`; otherwise the
    /// next wake or connection request.
    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        auto const has_news = phase_ >= phase::waiting and (parser_.has_news() or output_.is_behind());
        auto const is_busy = not output_.is_idle() or has_news;
        if (is_busy or not sent_.is_empty() or not codes_.is_empty() or calls_) {
            return {.is_set = true, .at = is_busy ? now + 1 : sleep_.next_call(now)};
        }
        return {.is_set = phase_ == phase::waiting, .at = not_ahead(called_at_, now) + Config.connect_ticks};
    }
};

} // namespace rpmsg::detail
