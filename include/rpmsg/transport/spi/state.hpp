#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/transport/spi/config.hpp>
#include <rpmsg/transport/spi/rx_queue.hpp>
#include <rpmsg/transport/spi/session.hpp>
#include <rpmsg/transport/spi/tx_queue.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/spi/content.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// What one end of a link over SPI remembers. It lies beside the frames and is all zeroes at first: in static memory it takes
/// no flash, unlike a link, whose initial value is not zero because it refers to the frames.
template <spi_config Config> struct spi_state {
    using command = wire::spi_command;
    static constexpr bool is_numbered = checked_spi_config<Config>::format::is_numbered;
    static constexpr std::uint16_t credit_step = (Config.receive_buffers - 2u + 1u) / 2u;
    /// After so many transfers without progress this side requests at intervals only; after so many invalid frames in a row it
    /// also answers the peer at intervals only.
    static constexpr std::uint16_t hasty = 8;

    // Small members first: short instructions of small cores reach them.
    spi_session session{};
    interrupt_flag edge{}; ///< the peer's line has risen since the last transfer started
    bool is_up{};          ///< the state that `poll` reported last
    bool is_transferring{};
    bool is_requesting{};
    bool is_undated{};      ///< `since` is not valid until the next `poll`, which knows the time
    bool has_seen_low{};    ///< the peer's line was low since the last transfer started
    bool lacks_check{};     ///< the peer sends no CRC, and the user was notified
    std::uint8_t garbled{}; ///< invalid frames in a row, at most `hasty`
    spi_rx_queue<Config.receive_buffers> inbox{};
    spi_tx_queue<Config.transmit_buffers> outbox{};
    command said{}; ///< the command of the current transfer
    std::uint16_t credit{};
    std::uint16_t advertised{};
    std::uint16_t expected{};
    std::uint16_t fruitless{}; ///< transfers in a row without progress
    ticks now{};
    ticks since{}; ///< time of the last start or end of a transfer, or of the last request
    counters counts{};

    [[nodiscard]] constexpr auto is_overdue(ticks limit = Config.retry_ticks) const -> bool {
        return not is_undated and has_passed(since + limit, now);
    }
    /// Records the time of an event; outside of `poll` the next `poll` corrects it.
    constexpr auto date() -> void {
        since = now;
        is_undated = true;
    }
    /// Whether enough receive buffers became free to announce them to the peer.
    [[nodiscard]] constexpr auto credit_is_pending() const -> bool {
        auto const available = inbox.available();
        return available >= advertised + credit_step or (advertised == 0 and available > 0);
    }
    /// Whether this side needs a transfer.
    [[nodiscard]] constexpr auto wants_transfer() const -> bool {
        if (fruitless >= hasty and not is_overdue()) {
            return false;
        }
        if (not session.is_connected()) {
            return session.wants_transfer();
        }
        auto const may_send = credit > 0 or fruitless > 0 or is_overdue();
        return (outbox.unsent() > 0 and may_send) or outbox.sent() > 0 or credit_is_pending();
    }
    [[nodiscard]] constexpr auto is_garbled() const -> bool { return garbled >= hasty; }
    /// Counts an invalid frame. A peer that sends no CRC is reported to the user once.
    constexpr auto count_garbled(bool is_unchecked) -> void {
        garbled = static_cast<std::uint8_t>(garbled + (is_garbled() ? 0 : 1));
        if (is_garbled() and is_unchecked and not std::exchange(lacks_check, true)) {
            session.give_up(down_reason::incompatible);
        }
    }
    /// Applies the number of the message that the peer expects. Messages that were sent before this transfer and are not
    /// confirmed were lost; they are sent again. False when there was no progress.
    constexpr auto hear_expected(std::uint16_t number) -> bool {
        auto const came = static_cast<std::uint16_t>(number - outbox.first_number());
        if (came > outbox.sent()) {
            return false;
        }
        outbox.confirm(came);
        auto const is_lost = outbox.sent() > (said == command::data ? 1u : 0u);
        if (is_lost) {
            outbox.rewind();
        }
        return came > 0 or not is_lost;
    }
    /// Applies the received frame of a connected link; false when there was no progress.
    constexpr auto apply(wire::spi_content const& content) -> bool {
        auto goes_on = true;
        if constexpr (is_numbered) {
            goes_on = hear_expected(content.expected);
        }
        if (content.command == command::data and (not is_numbered or content.sequence == expected)) {
            if (inbox.take()) {
                ++expected;
                return true;
            }
            counts.add(counter::bad_frame); // sent without credit
        }
        return goes_on;
    }
    /// Called after a transfer with what the received frame says; false when there was no progress.
    template <bool Yields> [[gnu::always_inline]] constexpr auto hear(wire::spi_content const& content) -> bool {
        auto const before = session.current();
        session.exchange(said, content.command, Yields);
        auto goes_on = session.current() != before;
        if (not is_numbered) {
            outbox.confirm(outbox.sent());
        }
        if (content.command == command::none) {
            counts.add(counter::bad_frame);
            advertised = 0; // the peer may not have received it either
            count_garbled(content.is_unchecked);
        } else {
            garbled = 0;
            lacks_check = false;
            credit = content.available;
            if (session.is_connected()) {
                goes_on = apply(content) or goes_on;
            }
        }
        if (goes_on) {
            fruitless = 0;
        }
        return goes_on;
    }
    /// Counts a transfer or a request without progress. A closing side gives up earlier. True when the connection was given up.
    constexpr auto count_fruitless() -> bool {
        ++fruitless;
        auto const is_closing = session.current() == spi_session::state::closing;
        if (fruitless < Config.patience and not(is_closing and fruitless >= hasty)) {
            return false;
        }
        fruitless = hasty;
        auto const gives_up = session.current() > spi_session::state::unconnected;
        if (gives_up) {
            session.give_up();
        }
        return gives_up;
    }
    /// Discards all messages and the state of the connection.
    constexpr auto forget() -> void {
        outbox.clear();
        inbox.clear();
        credit = advertised = expected = fruitless = 0;
        is_up = false;
    }
};

} // namespace rpmsg::detail
