#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg::wire {

/// The type of a frame on SPI (NuttX, drivers/rpmsg/rpmsg_port_spi.c); 0 is not used on the wire.
enum class spi_command : std::uint16_t {
    none,
    connect,   ///< not connected: requests a `connect` from the peer
    available, ///< no message: announces the credit only
    data,      ///< an RPMsg message
    suspend,   ///< NuttX only; handled as `available`
    resume,    ///< NuttX only; handled as `available`
    shutdown,  ///< the sender closes
};

/// The fields of a frame on SPI without its message, for all formats.
struct spi_content {
    spi_command command{};     ///< `none`: the frame is invalid, and all other fields too, except `is_unchecked`
    std::uint16_t available{}; ///< credit: messages that may be sent to the sender of the frame
    std::uint16_t length{};    ///< data: bytes of the payload
    std::uint16_t sequence{};  ///< reliable data: the number of the message
    std::uint16_t expected{};  ///< reliable: the number of the next message that the sender expects
    bool is_unchecked{};       ///< with `none`: the frame is valid except for its check, which is missing
};

} // namespace rpmsg::wire
