#pragma once

#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/spi_port.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/spi/config.hpp>
#include <rpmsg/transport/spi/rx_queue.hpp>
#include <rpmsg/transport/spi/session.hpp>
#include <rpmsg/transport/spi/storage.hpp>
#include <rpmsg/transport/spi/tx_queue.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The transfers of one end of a link over SPI: request, start, end and abort of a transfer, and the contents of its frames.
template <spi_config Config, typename Port> class spi_transfers {
    static_assert(spi_port<Port>);
    static_assert(Config.frame_size % Port::word_size == 0, "a frame on SPI is made of whole words");

  protected:
    using format = typename checked_spi_config<Config>::format;
    using command = wire::spi_command;
    static constexpr bool drives_clock = Port::role == spi_role::controller;
    static constexpr std::uint32_t command_frame = Config.transmit_buffers;
    static constexpr std::uint16_t credit_step = (Config.receive_buffers - 2u + 1u) / 2u;
    static constexpr auto peer_name = Config.peer_name; ///< Clang 14 cannot take a reference into a template argument
    /// After so many transfers without progress this side requests at intervals only; after so many invalid frames in a row it
    /// also answers the peer at intervals only.
    static constexpr std::uint16_t hasty = 8;
    /// NuttX's peripheral needs a controller that now and then does not send `connect` (session.hpp).
    static constexpr bool yields = drives_clock and Config.profile == spi_profile::nuttx;

    [[no_unique_address]] Port port_;
    spi_storage<Config>* storage_;
    spi_tx_queue<Config.transmit_buffers> outbox_{};
    spi_rx_queue<Config.receive_buffers> inbox_{};
    spi_session session_{};
    interrupt_flag edge_{}; ///< the peer's line has risen since the last transfer started
    bool is_up_{};          ///< the state that `poll` reported last
    bool is_transferring_{};
    bool is_requesting_{};
    bool is_undated_{};      ///< `since_` is not valid until the next `poll`, which knows the time
    bool has_seen_low_{};    ///< the peer's line was low since the last transfer started
    bool lacks_check_{};     ///< the peer sends no CRC, and the user was notified
    std::uint8_t garbled_{}; ///< invalid frames in a row, at most `hasty`
    command said_{};         ///< the command of the current transfer
    std::uint16_t credit_{};
    std::uint16_t advertised_{};
    std::uint16_t expected_{};
    std::uint16_t fruitless_{}; ///< transfers in a row without progress
    ticks now_{};
    ticks since_{}; ///< time of the last start or end of a transfer, or of the last request
    counters counts_{};

    /// The bytes of a frame with known alignment, so that the compiler may use aligned loads on small cores.
    [[nodiscard, gnu::always_inline]] static constexpr auto aligned(typename spi_storage<Config>::frame& which) -> bytes {
        if (std::is_constant_evaluated()) {
            return which.content;
        }
        return {static_cast<std::byte*>(__builtin_assume_aligned(which.content.data(), 4)), Config.frame_size};
    }
    [[nodiscard, gnu::always_inline]] constexpr auto out(std::uint32_t id) -> bytes { return aligned(storage_->transmit[id]); }
    [[nodiscard, gnu::always_inline]] constexpr auto in(std::uint32_t id) -> bytes { return aligned(storage_->receive[id]); }
    [[nodiscard]] constexpr auto is_overdue(ticks limit = Config.retry_ticks) const -> bool {
        return not is_undated_ and has_passed(since_ + limit, now_);
    }
    /// Records the time of an event; outside of `poll` the next `poll` corrects it.
    constexpr auto date() -> void {
        since_ = now_;
        is_undated_ = true;
    }

    constexpr auto request(bool on) -> void {
        port_.request(on);
        is_requesting_ = on;
    }
    constexpr auto stamp(bytes frame, bool is_received) -> void {
        if constexpr (requires { format::stamp(frame, port_.time_stamp(), is_received); }) {
            format::stamp(frame, port_.time_stamp(), is_received);
        }
    }

    /// Whether enough receive buffers became free to announce them to the peer.
    [[nodiscard]] constexpr auto credit_is_pending() const -> bool {
        auto const available = inbox_.available();
        return available >= advertised_ + credit_step or (advertised_ == 0 and available > 0);
    }
    /// Whether this side needs a transfer.
    [[nodiscard]] constexpr auto wants_transfer() const -> bool {
        if (fruitless_ >= hasty and not is_overdue()) {
            return false;
        }
        if (not session_.is_connected()) {
            return session_.wants_transfer();
        }
        auto const may_send = credit_ > 0 or fruitless_ > 0 or is_overdue();
        return (outbox_.unsent() > 0 and may_send) or outbox_.sent() > 0 or credit_is_pending();
    }

    /// Starts a transfer, or prepares it at a peripheral. It carries no message when the peer may not be ready.
    constexpr auto start_transfer(bool is_sure) -> void {
        advertised_ = inbox_.available();
        auto content = wire::spi_content{.command = session_.next(), .available = advertised_, .expected = expected_};
        auto id = command_frame;
        if (content.command == command::available and session_.is_connected() and outbox_.unsent() > 0 and credit_ > 0 and
            is_sure) {
            --credit_;
            content.command = command::data;
            content.sequence = outbox_.next_number();
            id = outbox_.send();
            content.length = load<wire::header>(out(id).subspan(format::header_offset)).length;
        }
        said_ = content.command;
        if constexpr (not format::is_numbered) {
            if (said_ == command::connect) {
                format::name(out(id), peer_name);
            }
        }
        format::finish(out(id), content);
        stamp(out(id), false);
        is_transferring_ = true;
        has_seen_low_ = false;
        date();
        store(in(inbox_.armed()), std::uint64_t{}); // a transfer that writes nothing must not leave an old frame
        port_.start_transfer(out(id), in(inbox_.armed()));
    }

    /// Applies the number of the message that the peer expects. Messages that were sent before this transfer and are not
    /// confirmed were lost; they are sent again. False when there was no progress.
    constexpr auto hear_expected(std::uint16_t expected) -> bool {
        auto const came = static_cast<std::uint16_t>(expected - outbox_.first_number());
        if (came > outbox_.sent()) {
            return false;
        }
        outbox_.confirm(came);
        auto const is_lost = outbox_.sent() > (said_ == command::data ? 1u : 0u);
        if (is_lost) {
            outbox_.rewind();
        }
        return came > 0 or not is_lost;
    }
    /// Applies the received frame of a connected link; false when there was no progress.
    constexpr auto apply(wire::spi_content const& content) -> bool {
        auto goes_on = true;
        if constexpr (format::is_numbered) {
            goes_on = hear_expected(content.expected);
        }
        if (content.command == command::data and (not format::is_numbered or content.sequence == expected_)) {
            stamp(in(inbox_.armed()), true);
            if (inbox_.take()) {
                ++expected_;
                return true;
            }
            counts_.add(counter::bad_frame); // sent without credit
        }
        return goes_on;
    }
    /// Called at the end of a transfer.
    constexpr auto finish_transfer(bool is_whole) -> void {
        is_transferring_ = false;
        date();
        if constexpr (not drives_clock) {
            request(false);
        }
        auto const content = is_whole ? format::read(in(inbox_.armed())) : wire::spi_content{};
        auto const before = session_.current();
        session_.exchange(said_, content.command, yields);
        auto goes_on = session_.current() != before;
        if (not format::is_numbered) {
            outbox_.confirm(outbox_.sent());
        }
        if (content.command == command::none) {
            counts_.add(counter::bad_frame);
            advertised_ = 0; // the peer may not have received it either
            count_garbled(content.is_unchecked);
        } else {
            garbled_ = 0;
            lacks_check_ = false;
            credit_ = content.available;
            if (session_.is_connected()) {
                goes_on = apply(content) or goes_on;
            }
        }
        goes_on ? static_cast<void>(fruitless_ = 0) : count_fruitless();
    }
    [[nodiscard]] constexpr auto is_garbled() const -> bool { return garbled_ >= hasty; }
    /// Counts an invalid frame. A peer that sends no CRC is reported to the user once.
    constexpr auto count_garbled(bool is_unchecked) -> void {
        garbled_ = static_cast<std::uint8_t>(garbled_ + (is_garbled() ? 0 : 1));
        if (is_garbled() and is_unchecked and not std::exchange(lacks_check_, true)) {
            session_.give_up(down_reason::incompatible);
        }
    }
    /// Counts a transfer or a request without progress. A closing side gives up earlier.
    constexpr auto count_fruitless() -> void {
        ++fruitless_;
        auto const is_closing = session_.current() == spi_session::state::closing;
        if (fruitless_ >= Config.patience or (is_closing and fruitless_ >= hasty)) {
            fruitless_ = hasty;
            if (session_.current() > spi_session::state::unconnected) {
                session_.give_up();
                request(false);
            }
        }
    }

    /// Completes a transfer that has ended, and starts the next one if needed.
    constexpr auto step() -> void {
        if (is_transferring_) {
            auto const progress = port_.progress();
            if (progress != spi_progress::busy) {
                finish_transfer(progress == spi_progress::done);
            } else if (is_overdue()) {
                if constexpr (drives_clock) {
                    port_.abandon();
                    finish_transfer(false);
                } else {
                    repeat_request();
                }
            }
        }
        begin();
    }
    /// Repeats the edge of a request, which the peer may have missed.
    constexpr auto repeat_request() -> void {
        request(false);
        request(true);
        date();
        count_fruitless();
    }
    constexpr auto begin() -> void {
        if (is_transferring_ or not session_.is_talking() or (is_garbled() and not is_overdue())) {
            return;
        }
        if constexpr (drives_clock) {
            auto const is_asked = port_.is_requested();
            has_seen_low_ = has_seen_low_ or not is_asked;
            auto const has_edge = edge_.is_set();
            if (is_asked and (has_edge or is_overdue(Config.retry_ticks / 2))) {
                edge_.clear();
                request(false);
                start_transfer(has_edge or has_seen_low_);
            } else if (wants_transfer() and not is_requesting_) {
                request(true);
                date();
            } else if (is_requesting_ and is_overdue()) {
                repeat_request();
            }
        } else if (wants_transfer() or port_.is_requested()) {
            start_transfer(true);
            request(true);
        }
    }

    /// Discards all messages and the state of the connection.
    constexpr auto forget() -> void {
        outbox_.clear();
        inbox_.clear();
        credit_ = advertised_ = expected_ = fruitless_ = 0;
        is_up_ = false;
    }
    constexpr auto abandon() -> void {
        if (std::exchange(is_transferring_, false)) {
            port_.abandon();
        }
        request(false);
        garbled_ = 0;
        lacks_check_ = false;
    }

    /// Implements `poll` of the transport.
    [[nodiscard]] constexpr auto look(ticks now) -> link_change {
        now_ = now;
        since_ = std::exchange(is_undated_, false) ? now : not_ahead(since_, now);
        step();
        is_undated_ = false;
        if (session_.is_connected() and not is_up_) {
            is_up_ = true;
            return {.event = link_event::up};
        }
        if (not session_.is_ending() or not inbox_.is_empty()) {
            return {};
        }
        auto const was_up = is_up_;
        auto const unreturned = static_cast<std::uint16_t>(outbox_.count());
        forget();
        session_.settle();
        begin();
        if (not was_up and session_.reason() != down_reason::incompatible) {
            return {};
        }
        counts_.add(counter::link_down);
        counts_.add(counter::lost_in_flight, unreturned);
        return {
            .event = was_up ? link_event::down : link_event::refused, .reason = session_.reason(), .unreturned = unreturned};
    }
    /// Implements `next_deadline` of the transport.
    [[nodiscard]] constexpr auto due(ticks now) -> poll_deadline {
        if (session_.is_ending() or (is_transferring_ and port_.progress() != spi_progress::busy)) {
            return {.is_set = true, .at = now};
        }
        auto const is_asked = session_.is_talking() and port_.is_requested();
        auto const is_waiting = is_transferring_ or is_requesting_ or outbox_.count() > 0 or session_.wants_transfer() or
                                is_asked or (session_.is_connected() and credit_is_pending());
        auto const may_believe = drives_clock and is_asked and not is_transferring_ and not is_garbled();
        return {.is_set = is_waiting,
                .at =
                    (is_undated_ ? now : not_ahead(since_, now)) + (may_believe ? Config.retry_ticks / 2 : Config.retry_ticks)};
    }

    constexpr spi_transfers(spi_storage<Config>& storage, Port port) : port_{std::move(port)}, storage_{&storage} {}
};

} // namespace rpmsg::detail
