#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The 8 bytes that NuttX's and openvela's UART and SPI put before the RPMsg header (NuttX, drivers/rpmsg/rpmsg_port.c).
/// Buffers of frames are aligned for it.
struct alignas(4) port_header {
    std::uint16_t check{};     ///< CRC over what follows it, `length` - 2 bytes; 0 from a sender that computes none
    std::uint16_t command{};   ///< SPI: see there; UART: 0
    std::uint16_t available{}; ///< SPI: receive buffers that the sender has free; UART: 0
    std::uint16_t length{};    ///< bytes of the frame, this header included

    auto operator==(port_header const&) const -> bool = default;
};
static_assert(sizeof(port_header) == 8 and wire_format<port_header>);
static_assert(offsetof(port_header, check) == 0 and offsetof(port_header, command) == 2);
static_assert(offsetof(port_header, available) == 4 and offsetof(port_header, length) == 6);

inline constexpr std::uint32_t port_header_size = sizeof(port_header);

/// The check of a frame, over all of its bytes but the first two. `Crc` is a `crc`.
template <typename Crc> [[nodiscard]] constexpr auto port_check(const_bytes frame) -> std::uint16_t {
    return Crc::of(frame.subspan(sizeof(port_header::check)));
}

/// Writes the check of a finished frame into its port header.
template <typename Crc> constexpr auto seal(bytes frame) -> void { store_aligned(frame, port_check<Crc>(frame)); }

/// Whether the check of a frame is that of its bytes. A check of 0 is no exception: who wants frames of a sender that
/// computes none must not ask. `frame` is at least a port header long and ends where its length says.
template <typename Crc> [[nodiscard]] constexpr auto is_intact(const_bytes frame) -> bool {
    return load_aligned<std::uint16_t>(frame) == port_check<Crc>(frame);
}

} // namespace rpmsg::wire
