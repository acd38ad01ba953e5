#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/wire/crc.hpp>
#include <rpmsg/wire/header.hpp>
#include <rpmsg/wire/port_header.hpp>
#include <rpmsg/wire/uart/frame.hpp>
#include <rpmsg/wire/uart/reliable_frame.hpp>

#include <bit>
#include <cstdint>

namespace rpmsg {

/// The protocol of a serial line, the same at both ends.
enum class uart_profile : unsigned char {
    nuttx,    ///< NuttX frames in the dialect of the configuration; a damaged frame is lost
    reliable, ///< both ends are this library: each message arrives once, in order, though the line loses and damages bytes
};

/// Whether frames of the nuttx profile have a CRC.
enum class uart_check : unsigned char {
    required, ///< a frame without a correct CRC is dropped
    off,      ///< for a peer without CRC (NuttX's CONFIG_RPMSG_PORT_UART_CRC, off by default): sent as 0, ignored on receive
};

/// Configuration of a serial line. The two ends may differ in all but profile and dialect. Times are in the user's ticks.
struct uart_config {
    std::uint8_t tx_buffers = 8; ///< a power of two, 1 to 64
    std::uint8_t rx_buffers = 8; ///< a power of two, 1 to 64
    std::uint16_t payload = 496; ///< largest payload of a message in bytes, both ways
    uart_profile profile = uart_profile::nuttx;
    wire::uart_dialect dialect = wire::uart_dialects::apache; ///< nuttx profile only
    uart_check check = uart_check::required;                  ///< nuttx profile only
    wire::crc_step check_step = wire::crc_step::nibble;
    ticks connect_ticks = 1000;     ///< the connection request is repeated after this time without an answer
    ticks wake_ticks = 100;         ///< the wake request is repeated after this time (NuttX, drivers/rpmsg/rpmsg_port_uart.c)
    ticks resend_ticks = 200;       ///< reliable: resends unacknowledged frames; longer than the line takes for a full window
    std::uint8_t most_resends = 10; ///< reliable: the link goes down after so many resends in a row without an answer

    /// Bytes before the RPMsg header.
    [[nodiscard]] constexpr auto prefix() const -> std::uint32_t {
        return profile == uart_profile::nuttx ? wire::port_header_size : wire::reliable_header_size;
    }
    [[nodiscard]] constexpr auto frame_size() const -> std::uint32_t {
        auto const suffix = profile == uart_profile::nuttx ? 0u : wire::reliable_check_size;
        return prefix() + wire::header_size + payload + suffix;
    }
};

/// Checks a configuration at compile time; the message names the rule that is violated.
template <uart_config Config> struct checked_uart_config {
    using told = void; ///< to name this is to have the rules checked
    static_assert(std::has_single_bit(Config.tx_buffers) and std::has_single_bit(Config.rx_buffers),
                  "a line has a power of two of transmit and of receive buffers");
    static_assert(Config.tx_buffers <= 64 and Config.rx_buffers <= 64, "a line has at most 64 buffers each way");
    static_assert(Config.payload >= 40, "a payload must hold an announcement of the name service, 40 bytes");
    static_assert(Config.payload <= 0xff00, "a payload has at most 65280 bytes");
};

} // namespace rpmsg
