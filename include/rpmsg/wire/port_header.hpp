#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The 8 bytes before the RPMsg header on UART and SPI of NuttX and openvela (NuttX, drivers/rpmsg/rpmsg_port.c). Frame buffers
/// have the same alignment.
struct alignas(4) port_header {
    std::uint16_t check{};     ///< CRC of the `length` - 2 bytes after it; 0 from a sender without CRC
    std::uint16_t command{};   ///< SPI: `spi_command`; UART: 0
    std::uint16_t available{}; ///< SPI: free receive buffers of the sender; UART: 0
    std::uint16_t length{};    ///< bytes of the frame, this header included

    auto operator==(port_header const&) const -> bool = default;
};
static_assert(sizeof(port_header) == 8 and wire_format<port_header>);
static_assert(offsetof(port_header, check) == 0 and offsetof(port_header, command) == 2);
static_assert(offsetof(port_header, available) == 4 and offsetof(port_header, length) == 6);

inline constexpr std::uint32_t port_header_size = sizeof(port_header);

/// Reads or writes one field of a port header, given by its offset: small cores then do not copy the whole header.
[[nodiscard]] constexpr auto port_field(const_bytes frame, std::size_t at) -> std::uint16_t {
    return load_aligned<std::uint16_t>(frame.subspan(at));
}
constexpr auto set_port_field(bytes frame, std::size_t at, std::uint16_t value) -> void {
    store_aligned(frame.subspan(at), value);
}

/// The check of a frame, computed over all bytes but the first two. `Crc` is a `crc`.
template <typename Crc> [[nodiscard]] constexpr auto port_check(const_bytes frame) -> std::uint16_t {
    return Crc::of(frame.subspan(sizeof(port_header::check)));
}

/// Writes the check of a finished frame to its port header.
template <typename Crc> constexpr auto seal(bytes frame) -> void { store_aligned(frame, port_check<Crc>(frame)); }

/// Whether the check of a frame is correct. A check of 0 is not accepted as missing: do not call this for a sender without CRC.
/// `frame` has at least the size of a port header and ends where its length field says.
template <typename Crc> [[nodiscard]] constexpr auto is_intact(const_bytes frame) -> bool {
    return load_aligned<std::uint16_t>(frame) == port_check<Crc>(frame);
}

} // namespace rpmsg::wire
