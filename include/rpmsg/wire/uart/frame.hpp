#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/crc.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The bytes with a meaning of their own on NuttX's UART link (NuttX, drivers/rpmsg/rpmsg_port_uart.c). A code of 0 is one that
/// the dialect lacks.
struct uart_dialect {
    std::uint8_t lowest{};        ///< this byte and all up to 0x7f are codes: inside a frame they are escaped
    std::uint8_t start = 0x7f;    ///< a frame begins
    std::uint8_t end{};           ///< a frame ends
    std::uint8_t escape{};        ///< the next byte is one of a frame with its bit 5 inverted
    std::uint8_t connect{};       ///< asks for a connection; ends one that stands
    std::uint8_t connected{};     ///< answers it
    std::uint8_t suspend{};       ///< the sender pauses
    std::uint8_t resume{};        ///< the sender goes on
    std::uint8_t power_off{};     ///< the sender ends
    std::uint8_t stay_awake[2]{}; ///< the sender is about to send; answered by the code below it; used in turn
    std::uint8_t relax{};         ///< the sender has nothing more to send
    crc_code check{};

    auto operator==(uart_dialect const&) const -> bool = default;

    [[nodiscard]] constexpr auto is_code(std::uint8_t byte) const -> bool { return byte >= lowest and byte <= 0x7f; }
};

namespace uart_dialects {
/// apache/nuttx.
inline constexpr auto apache = uart_dialect{.lowest = 0x70,
                                            .end = 0x70,
                                            .escape = 0x7c,
                                            .connect = 0x7e,
                                            .connected = 0x7d,
                                            .suspend = 0x7b,
                                            .resume = 0x7a,
                                            .power_off = 0x76,
                                            .stay_awake = {0x79, 0x75},
                                            .relax = 0x77,
                                            .check = crc16_arc};
/// open-vela/nuttx.
inline constexpr auto openvela =
    uart_dialect{.lowest = 0x7b, .end = 0x7e, .escape = 0x7b, .connect = 0x7d, .connected = 0x7c, .check = crc16_xmodem};
} // namespace uart_dialects

/// What an escaped byte is combined with, by exclusive or.
inline constexpr std::uint8_t escape_bit = 0x20;

/// Writes the bytes of one frame as they go over the line, a piece at a time. `frame` starts with its port header.
template <uart_dialect Dialect> class uart_writer {
    std::uint16_t next_{}; ///< 0: the start code; then one more than the byte of the frame; past it: done

  public:
    static constexpr std::size_t smallest_piece = 2; ///< an escaped byte is never torn

    /// Fills the front of `into`, answers how many bytes; less than `smallest_piece` of it may stay unused.
    constexpr auto write(const_bytes frame, bytes into) -> std::size_t {
        std::size_t filled = 0;
        for (; next_ <= frame.size() + 1 and into.size() - filled >= smallest_piece; ++next_) {
            auto const is_inside = next_ != 0 and next_ <= frame.size();
            auto byte = next_ == 0 ? Dialect.start : Dialect.end;
            if (is_inside) {
                byte = std::to_integer<std::uint8_t>(frame[next_ - std::size_t{1}]);
                if (Dialect.is_code(byte)) {
                    into[filled++] = std::byte{Dialect.escape};
                    byte ^= escape_bit;
                }
            }
            into[filled++] = std::byte{byte};
        }
        return filled;
    }
    [[nodiscard]] constexpr auto is_done(const_bytes frame) const -> bool { return next_ > frame.size() + 1; }
};

} // namespace rpmsg::wire
