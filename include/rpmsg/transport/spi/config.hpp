#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/wire/name_service.hpp>
#include <rpmsg/wire/spi/frame.hpp>
#include <rpmsg/wire/spi/reliable_frame.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// The protocol of the peer.
enum class spi_profile : std::uint8_t {
    reliable, ///< this library: lost messages are sent again
    nuttx,    ///< Apache NuttX; lost messages stay lost, damaged frames are dropped
    openvela, ///< openvela's older port of NuttX
};

/// Configuration of a link over SPI. Sizes are in bytes.
struct spi_config {
    std::uint32_t frame_size = 256;     ///< size of every transfer, the same at both ends; a multiple of the word size
    std::uint16_t transmit_buffers = 4; ///< 1 to 255; one more frame is reserved for commands
    std::uint16_t receive_buffers = 4;  ///< 3 to 255; one is always assigned to the port and one is reserved
    spi_profile profile = spi_profile::reliable;
    bool is_checked = true; ///< nuttx, openvela: set to false only for a peer that sends no CRC
    wire::crc_step check_step = wire::crc_step::nibble;
    std::uint32_t alignment = 4;   ///< alignment of every frame buffer: the size of a cache line, if any
    ticks retry_ticks = 100;       ///< longer than a transfer takes; afterwards a request is repeated or a transfer abandoned
    std::uint16_t patience = 64;   ///< the link goes down after so many transfers in a row without progress
    wire::padded_name peer_name{}; ///< nuttx, openvela: the name of the peer in `connect`
};

namespace detail {

/// Checks a configuration at compile time; the message names the rule that is violated.
template <spi_config Config> struct checked_spi_config {
    static constexpr auto dialect_of() -> wire::spi_dialect {
        auto dialect = Config.profile == spi_profile::openvela ? wire::spi_dialects::openvela : wire::spi_dialects::nuttx;
        dialect.is_checked = Config.is_checked;
        dialect.step = Config.check_step;
        return dialect;
    }
    /// The frame format of the profile.
    using format = std::conditional_t<Config.profile == spi_profile::reliable, wire::spi_reliable_frame<Config.check_step>,
                                      wire::spi_frame<dialect_of()>>;

    static_assert(Config.frame_size >= 64 and Config.frame_size <= 65532, "a frame on SPI has 64 to 65532 bytes");
    static_assert(Config.frame_size % 4 == 0, "the size of a frame on SPI is a multiple of 4 bytes");
    static_assert(Config.transmit_buffers >= 1 and Config.transmit_buffers <= 255, "SPI has 1 to 255 transmit buffers");
    static_assert(Config.receive_buffers >= 3 and Config.receive_buffers <= 255, "SPI has 3 to 255 receive buffers");
    static_assert(Config.alignment >= 4 and Config.frame_size % Config.alignment == 0,
                  "the size of a frame on SPI is a multiple of the alignment, which is at least 4");
    static_assert(Config.patience >= 16, "a link over SPI bears at least 16 fruitless transfers");
    static_assert(format::tx_limit(Config.frame_size) >= sizeof(wire::announcement),
                  "a frame on SPI must hold an announcement of the name service: 80 bytes, reliable 72, openvela 64");
};

} // namespace detail
} // namespace rpmsg
