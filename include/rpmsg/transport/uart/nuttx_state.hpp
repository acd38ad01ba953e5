#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_cell.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart/frame_queue.hpp>
#include <rpmsg/transport/uart/nuttx_parser.hpp>
#include <rpmsg/transport/uart/pending_codes.hpp>
#include <rpmsg/transport/uart/tx_stage.hpp>
#include <rpmsg/wire/uart/frame.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// What one end of a NuttX line remembers. It lies beside the frames and is all zeroes at first: in static memory it takes no
/// flash, unlike a link, whose initial value is not zero because it refers to the frames.
template <uart_config Config> struct uart_nuttx_state {
    static constexpr auto dialect = Config.dialect;
    enum class phase : std::uint8_t { stopped, refused, waiting, up };

    // Small members first: short instructions of small cores reach them.
    phase where{};
    bool calls{};      ///< a connection request is due; when stopped: a goodbye to a sleeping peer is due
    bool is_checked{}; ///< a frame with a correct CRC has come since the link came up
    config_mismatch refusal{};
    pending_codes<dialect> codes{};
    interrupt_cell<std::uint16_t> bad_check{};
    ticks called_at{};
    ticks now{};
    wire::uart_writer<dialect> writer{};
    frame_queue<Config.tx_buffers> sent{};
    tx_stage output{};
    uart_parser<Config> parser{};
    counters counts{};

    [[nodiscard]] constexpr auto is_up() const -> bool { return where == phase::up; }
    [[nodiscard]] constexpr auto is_refused() const -> bool { return refusal != config_mismatch::none; }
    /// Whether the peer has ended the connection: frames that came before are still delivered.
    [[nodiscard]] constexpr auto is_over() const -> bool {
        return is_refused() or parser.has_seen(dialect.connect) or
               (dialect.power_off != 0 and parser.has_seen(dialect.power_off));
    }
    /// Whether a frame of this connection is pending.
    [[nodiscard]] constexpr auto has_frames() const -> bool { return parser.frames().begin() != parser.last(); }

    constexpr auto come_up() -> link_change {
        parser.frames().clear(parser.fence());
        codes.take_back(dialect.connect);
        where = phase::up;
        calls = is_checked = false;
        return {.event = link_event::up};
    }
    /// Discards all frames in progress; returns the number of messages that were not sent.
    constexpr auto let_go() -> std::uint16_t {
        auto const unsent = static_cast<std::uint8_t>(sent.end() - sent.begin());
        sent.clear(sent.end());
        writer = {};
        output.forget();
        parser.frames().clear(parser.last());
        return unsent;
    }
    constexpr auto go_down(down_reason reason) -> link_change {
        auto const change = link_change{link_event::down, reason, let_go()};
        where = phase::waiting;
        called_at = now;
        counts.add(counter::link_down);
        counts.add(counter::lost_in_flight, change.unreturned);
        return change;
    }
};

} // namespace rpmsg::detail
