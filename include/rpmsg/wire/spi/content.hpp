#pragma once

#include <cstdint>

namespace rpmsg::wire {

/// What a frame on SPI is for (NuttX, drivers/rpmsg/rpmsg_port_spi.c); 0 is none of them.
enum class spi_command : std::uint16_t {
    none,
    connect,   ///< not connected yet: asks for the same from the peer
    available, ///< nothing to send: tells how much may be sent to me
    data,      ///< an RPMsg message
    suspend,   ///< NuttX only; taken for `available`
    resume,    ///< NuttX only; taken for `available`
    shutdown,  ///< the sender goes away
};

/// What a frame on SPI says beside its message, in whatever format.
struct spi_content {
    spi_command command{};     ///< `none`: the frame refutes itself, nothing else of it may be used
    std::uint16_t available{}; ///< messages that may be sent to the sender of the frame
    std::uint16_t length{};    ///< data: bytes of payload
    std::uint16_t sequence{};  ///< reliable data: the number of the message
    std::uint16_t expected{};  ///< reliable: the number of the message that the sender of the frame waits for
    bool is_unchecked{};       ///< of `none`: but for the check, of which it has none, the frame is sound
};

} // namespace rpmsg::wire
