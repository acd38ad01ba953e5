#pragma once

#include <rpmsg/core/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The config space of Linux since the buffer size series of 2026 (include/linux/rpmsg/virtio_rpmsg.h, struct
/// virtio_rpmsg_config). It is packed, and the directions are those of the device. Linux accepts no other version or size.
struct versioned_config {
    std::uint8_t version = 1;
    std::array<std::uint8_t, 2> size{11, 0};
    std::array<std::uint8_t, 4> transmit_size{}; ///< buffers of ring 0, in which the device transmits
    std::array<std::uint8_t, 4> receive_size{};  ///< buffers of ring 1
};
static_assert(sizeof(versioned_config) == 11 and wire_format<versioned_config>);
static_assert(offsetof(versioned_config, transmit_size) == 3 and offsetof(versioned_config, receive_size) == 7);

/// The config space of a device that transmits in buffers of `transmit_size` bytes and receives in buffers of `receive_size`.
[[nodiscard]] constexpr auto offer_sizes(std::uint32_t transmit_size, std::uint32_t receive_size) -> versioned_config {
    auto offered = versioned_config{};
    for (std::uint32_t i = 0; i < 4; ++i) {
        offered.transmit_size[i] = static_cast<std::uint8_t>(transmit_size >> 8 * i);
        offered.receive_size[i] = static_cast<std::uint8_t>(receive_size >> 8 * i);
    }
    return offered;
}

/// The same of OpenAMP (open-amp, lib/include/openamp/rpmsg_virtio.h, struct rpmsg_virtio_config_space): the host's buffers,
/// those of ring 1, come first.
[[nodiscard]] constexpr auto offer_sizes_to_openamp(std::uint32_t transmit_size, std::uint32_t receive_size)
    -> versioned_config {
    return offer_sizes(receive_size, transmit_size);
}

/// The config space of NuttX and openvela (NuttX, arch/sim/src/sim/sim_rptun.c). openvela has only the two sizes.
struct rptun_config {
    std::uint32_t to_device_size{};                   ///< size of the buffers of ring 1
    std::uint32_t to_driver_size{};                   ///< size of the buffers of ring 0
    std::array<std::uint32_t, 2> to_device_address{}; ///< valid with feature bit 4
    std::array<std::uint32_t, 2> to_driver_address{}; ///< valid with feature bit 4
    std::array<char, 8> driver_name{};                ///< CPU name, with feature bit 3; padded with NUL, or all 8 characters
    std::array<char, 8> device_name{};
    std::array<std::uint32_t, 6> reserved{};
};
static_assert(sizeof(rptun_config) == 64 and wire_format<rptun_config>);
static_assert(offsetof(rptun_config, to_driver_size) == 4 and offsetof(rptun_config, driver_name) == 24);

} // namespace rpmsg::wire
