#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/crc.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The control bytes of NuttX's UART link (NuttX, drivers/rpmsg/rpmsg_port_uart.c). A code of 0 does not exist in the dialect.
struct uart_dialect {
    std::uint8_t lowest{};        ///< the bytes from this one to 0x7f are codes: they are escaped inside a frame
    std::uint8_t start = 0x7f;    ///< start of a frame
    std::uint8_t end{};           ///< end of a frame
    std::uint8_t escape{};        ///< the next byte belongs to the frame, with its bit 5 inverted
    std::uint8_t connect{};       ///< requests a connection; ends an existing one
    std::uint8_t connected{};     ///< answers `connect`
    std::uint8_t suspend{};       ///< the sender pauses
    std::uint8_t resume{};        ///< the sender resumes
    std::uint8_t power_off{};     ///< the sender closes
    std::uint8_t stay_awake[2]{}; ///< the sender is about to send; answered by the code minus 1; both are used alternately
    std::uint8_t relax{};         ///< the sender has nothing more to send
    crc_code check{};

    auto operator==(uart_dialect const&) const -> bool = default;

    [[nodiscard]] constexpr auto is_code(std::uint8_t byte) const -> bool { return byte >= lowest and byte <= 0x7f; }
};

namespace uart_dialects {
/// NuttX (github.com/apache/nuttx).
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
/// openvela (github.com/open-vela/nuttx).
inline constexpr auto openvela =
    uart_dialect{.lowest = 0x7b, .end = 0x7e, .escape = 0x7b, .connect = 0x7d, .connected = 0x7c, .check = crc16_xmodem};
} // namespace uart_dialects

/// Escaping inverts this bit of a byte.
inline constexpr std::uint8_t escape_bit = 0x20;

/// Encodes one frame for the line, in pieces. `frame` starts with its port header.
template <uart_dialect Dialect> class uart_writer {
    std::uint16_t next_{}; ///< 0: the start code; then the index of the next byte plus one; larger: done

  public:
    static constexpr std::size_t smallest_piece = 2; ///< an escape and its byte are in one piece

    /// Fills the front of `into`; returns the number of bytes. Less than `smallest_piece` bytes may stay unused.
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
