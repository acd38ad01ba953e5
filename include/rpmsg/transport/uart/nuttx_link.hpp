#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart/counters.hpp>
#include <rpmsg/transport/uart/nuttx_state.hpp>
#include <rpmsg/transport/uart/storage.hpp>
#include <rpmsg/transport/uart/wake_handshake.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// One end of a serial line to NuttX, to openvela or to this library (NuttX, drivers/rpmsg/rpmsg_port_uart.c).
template <uart_config Config, typename Stream, typename Power> class uart_nuttx {
    static constexpr auto dialect = Config.dialect;
    static constexpr std::uint32_t payload_at = wire::port_header_size + wire::header_size;
    using check = wire::crc<dialect.check, Config.check_step>;
    using pool = frame_queue<Config.tx_buffers>;

    using state = uart_nuttx_state<Config>;
    using phase = typename state::phase;

    uart_storage<Config>* storage_;
    wake_handshake<Config, Power> sleep_;
    [[no_unique_address]] Stream line_;

    [[nodiscard, gnu::always_inline]] constexpr auto own() const -> state& { return storage_->state(); }

    /// The length of a frame whose length field was written here or checked by the parser.
    static constexpr auto length_of(const_bytes frame) -> std::uint16_t {
        return load_aligned<std::uint16_t>(frame.subspan(offsetof(wire::port_header, length)));
    }
    constexpr auto put_frame(bytes room) -> std::size_t {
        if (own().sent.is_empty()) {
            return 0;
        }
        auto const index = own().sent.at(own().sent.begin());
        auto const frame = storage_->sent(index);
        auto const whole = const_bytes{frame}.first(length_of(frame));
        auto const count = own().writer.write(whole, room);
        if (own().writer.is_done(whole)) {
            own().writer = {};
            (void)own().sent.give_back(own().sent.pop());
        }
        return count;
    }
    /// Writes as many bytes to the stream as it accepts now.
    constexpr auto pump() -> void {
        while (own().output.drain(line_)) {
            auto const sends = not Power::wakes_peer or own().sent.is_empty() or sleep_.may_send(own().codes, own().now);
            auto const room = own().output.room();
            auto const count = not own().codes.is_empty() ? own().codes.put(room) : sends ? put_frame(room) : 0;
            if (count == 0) {
                return;
            }
            own().output.stage(count);
        }
    }

    /// Stops until `start` because the peer's configuration does not match; sends a goodbye if the link was up.
    constexpr auto refuse() -> link_change {
        auto const says_so = own().is_up();
        auto change = own().go_down(down_reason::incompatible);
        change.event = says_so ? link_event::down : link_event::refused;
        leave(says_so, phase::refused);
        return change;
    }
    /// Sends nothing more, except a goodbye.
    constexpr auto leave(bool says_so, phase to) -> void {
        own().codes = {};
        own().where = to;
        own().calls = says_so and dialect.power_off != 0;
        if (own().calls) {
            say_goodbye();
        }
    }
    constexpr auto say_goodbye() -> void {
        if (sleep_.may_send(own().codes, own().now)) {
            own().codes.add(dialect.power_off);
            sleep_.end_burst(own().codes);
            own().calls = false;
        }
    }
    /// Runs the state machine with the peer's codes and the current time.
    constexpr auto look() -> link_change {
        if (own().parser.has_seen_reliable()) {
            own().parser.forget_reliable();
            own().refusal = rpmsg::config_mismatch::profile;
        }
        if (own().is_refused()) {
            return refuse();
        }
        if (own().where == phase::up) {
            (void)own().parser.take_seen(dialect.connected);
            if (not own().is_over() or own().has_frames()) {
                return {};
            }
            auto const restarts =
                own().parser.has_seen(dialect.connect); // the code stays pending: it is answered when the link comes up again
            (void)own().parser.take_seen(dialect.power_off);
            return own().go_down(restarts ? down_reason::peer_restarted : down_reason::peer_stopped);
        }
        if (own().parser.take_seen(dialect.connect)) {
            own().codes.take_back(dialect.connect);
            own().codes.add(dialect.connected);
            return own().come_up();
        }
        if (own().parser.take_seen(dialect.connected)) {
            return own().come_up();
        }
        own().called_at = not_ahead(own().called_at, own().now);
        if (has_passed(own().called_at + Config.connect_ticks, own().now)) {
            own().calls = true;
        }
        if (own().calls and sleep_.may_send(own().codes, own().now)) {
            own().calls = false;
            own().called_at = own().now;
            own().codes.add(dialect.connect);
        }
        return {};
    }

  public:
    static constexpr std::uint32_t max_frame = wire::header_size + Config.payload;
    static constexpr bool acknowledged = true;

    /// At run time, storage that another link has used is made anew.
    constexpr explicit uart_nuttx(uart_storage<Config>& storage, Stream line = {}, Power power = {})
        : storage_{&storage}, sleep_{std::move(power)}, line_{std::move(line)} {
        if (not std::is_constant_evaluated()) {
            own() = {};
        }
    }

    /// Takes received bytes, in pieces of any size. Called from the interrupt, which then calls the channel's `notify`.
    constexpr auto feed(const_bytes received) -> void { own().parser.feed(received, *storage_); }

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return Config.payload; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return Config.payload; }
    [[nodiscard]] constexpr auto counts() const -> counters const& { return own().counts; }
    constexpr auto count(counter reason) -> void { own().counts.add(reason); }
    /// The errors on the line since construction. For the polling context.
    [[nodiscard]] constexpr auto uart_counters() const -> rpmsg::uart_counters {
        auto total = rpmsg::uart_counters{.bad_check = own().bad_check.load()};
        own().parser.add_to(total);
        return total;
    }

    [[nodiscard]] constexpr auto is_up() const -> bool { return own().is_up(); }
    /// The reason why the link is `incompatible`; `describe` gives a text.
    [[nodiscard]] constexpr auto mismatch() const -> rpmsg::config_mismatch { return own().refusal; }
    /// Notifies the peer that this side pauses or resumes, for the two programs to use. A new connection is not paused.
    constexpr auto suspend(bool pauses) -> void requires(dialect.suspend != 0) {
        if (own().where >= phase::waiting) {
            own().codes.take_back(pauses ? dialect.resume : dialect.suspend);
            own().codes.add(pauses ? dialect.suspend : dialect.resume);
            pump();
        }
    }
    /// Whether the peer has sent `suspend` and no `resume` in this connection.
    [[nodiscard]] constexpr auto is_peer_suspended() const -> bool { return own().parser.is_suspended(); }

    [[nodiscard]] constexpr auto start() -> status {
        if (own().where <= phase::refused) {
            own().where = phase::waiting;
            own().calls = true;
            own().refusal = rpmsg::config_mismatch::none;
            own().codes = {}; // the connection request replaces a goodbye that was not sent yet
            own().parser.forget_reliable();
            (void)own().parser.take_seen(dialect.connected); // answers a request from before a restart
            sleep_.forget(own().parser);
        }
        return {};
    }
    /// Sends a goodbye where the dialect has a code for it. Later polls send the bytes that the stream does not accept now, and
    /// wake a sleeping peer first.
    constexpr auto close() -> void {
        if (own().where >= phase::waiting) {
            auto const says_so = own().is_up() and not own().is_over();
            (void)own().let_go();
            leave(says_so, phase::stopped);
            pump();
        }
        own().where = phase::stopped;
    }

    constexpr auto poll(ticks now) -> link_change {
        own().now = now;
        // Read `end` first: an interrupt may add a code and frames of the new connection.
        auto const end = own().parser.frames().end();
        if (not own().is_up() and not own().parser.has_seen(dialect.connect) and not own().parser.has_seen(dialect.connected)) {
            own().parser.frames().clear(end); // of an earlier connection
        }
        own().output.fetch(line_, own().parser, *storage_);
        own().parser.forget_news();
        if (own().where < phase::waiting) {
            if constexpr (Power::wakes_peer) {
                if (own().calls) {
                    sleep_.answer(own().parser, own().codes);
                    sleep_.is_deaf() ? leave(false, own().where) : say_goodbye();
                }
            }
            pump();
            return {};
        }
        sleep_.answer(own().parser, own().codes);
        auto const change = look();
        if constexpr (Power::wakes_peer) {
            if (change.event != link_event::down) {
                pump();
                if (own().sent.is_empty() and not own().calls) {
                    sleep_.end_burst(own().codes);
                }
            }
        }
        pump();
        return change;
    }
    constexpr auto notify(std::uint32_t) -> void {}

    [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        auto const index = own().is_up() ? own().sent.take() : pool::none;
        if (index == pool::none) {
            return {};
        }
        return {.space = storage_->sent(index).subspan(payload_at), .token = index, .offset = 0};
    }
    constexpr auto discard(tx_buffer const& room) -> void { own().sent.drop(static_cast<std::uint8_t>(room.token)); }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto const size = static_cast<std::uint16_t>(payload_at + header.length);
        auto const frame = storage_->sent(room.token);
        store_aligned(frame, wire::port_header{.length = size});
        store_aligned(frame.subspan(wire::port_header_size), header);
        if constexpr (Config.check == uart_check::required) {
            wire::seal<check>(frame.first(size));
        }
        own().sent.push(static_cast<std::uint8_t>(room.token));
        pump();
        return true;
    }

    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto& frames = own().parser.frames();
        if constexpr (readable_byte_stream<Stream>) {
            if (frames.is_empty()) {
                own().output.fetch(line_, own().parser, *storage_);
            }
        }
        auto got = rx_buffer{};
        if (not own().is_up() or own().is_refused() or not own().has_frames()) {
            pump();
            got.outcome = own().is_up() and own().is_over() ? rx_outcome::ended : rx_outcome::none;
            return got;
        }
        got.token = {.id = frames.pop(), .capacity = max_frame};
        auto const frame = const_bytes{storage_->received(got.token.id)};
        auto const whole = frame.first(length_of(frame));
        if constexpr (Config.check == uart_check::required) {
            if (not wire::is_intact<check>(whole)) {
                own().bad_check.count();
                if (not own().is_checked and load_aligned<std::uint16_t>(whole) == 0) {
                    own().refusal = rpmsg::config_mismatch::no_check;
                }
                release(got.token);
                got.outcome = rx_outcome::dropped;
                return got;
            }
            own().is_checked = true;
        }
        auto const header = load_aligned<wire::header>(whole.subspan(wire::port_header_size));
        got.outcome = rx_outcome::message;
        got.source = header.source;
        got.destination = header.destination;
        got.payload = whole.subspan(payload_at);
        return got;
    }
    constexpr auto release(rx_token const& received) -> void {
        if (not own().parser.frames().give_back(received.id)) {
            own().counts.add(counter::stale_loan);
        }
    }
    constexpr auto flush() -> void { pump(); }

    [[nodiscard]] constexpr auto writable() const -> bool { return own().is_up() and own().sent.has_room(); }
    /// The next tick while bytes are not accepted or not read yet, or while `receive` has found codes for `poll`; otherwise the
    /// next wake or connection request.
    [[nodiscard]] constexpr auto next_deadline(ticks now) const -> poll_deadline {
        auto const has_news =
            own().where >= phase::waiting and (own().parser.has_news() or own().output.template is_behind<Stream>());
        auto const is_busy = not own().output.is_idle() or has_news;
        if (is_busy or not own().sent.is_empty() or not own().codes.is_empty() or own().calls) {
            return {.is_set = true, .at = is_busy ? now + 1 : sleep_.next_call(now)};
        }
        return {.is_set = own().where == phase::waiting, .at = not_ahead(own().called_at, now) + Config.connect_ticks};
    }
};

} // namespace rpmsg::detail
