#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The vdev entry of a resource table (Linux, include/linux/remoteproc.h, struct fw_rsc_vdev with its type word).
struct vdev_entry {
    std::uint32_t type = 3;
    std::uint32_t id = 7; ///< virtio device id of RPMsg
    std::uint32_t notify_id{};
    std::uint32_t device_features{}; ///< offered by the device; bit 0 is the name service
    std::uint32_t driver_features{}; ///< accepted by the driver
    std::uint32_t config_length{};
    std::uint8_t status{}; ///< virtio device status, written by the driver
    std::uint8_t vring_count = 2;
    std::array<std::uint8_t, 2> reserved{};
};
static_assert(sizeof(vdev_entry) == 28 and wire_format<vdev_entry>);
static_assert(offsetof(vdev_entry, device_features) == 12 and offsetof(vdev_entry, status) == 24);

/// As an address in a resource table: any address (Linux, include/linux/remoteproc.h, FW_RSC_ADDR_ANY).
inline constexpr std::uint32_t any_place = 0xffff'ffff;

/// A vring of the vdev (Linux, include/linux/remoteproc.h, struct fw_rsc_vdev_vring).
struct vring_entry {
    std::uint32_t device_address{};
    std::uint32_t alignment{}; ///< bytes, a power of two
    std::uint32_t count{};     ///< number of buffers, a power of two
    std::uint32_t notify_id{};
    std::uint32_t reserved{};
};
static_assert(sizeof(vring_entry) == 20 and wire_format<vring_entry>);

/// The smallest table that describes an RPMsg link: one vdev with two vrings.
struct resource_table {
    std::uint32_t version = 1;
    std::uint32_t count = 1;
    std::array<std::uint32_t, 2> reserved{}; ///< must be 0 for an OpenAMP host that parses the table
    std::uint32_t offset = 20;
    vdev_entry vdev{};
    std::array<vring_entry, 2> vrings{};
};
static_assert(sizeof(resource_table) == 88 and wire_format<resource_table>);
static_assert(offsetof(resource_table, vdev) == 20 and offsetof(resource_table, vrings) == 48);

/// Bits of the device status byte (virtio 1.2, section 2.1). OpenAMP writes only driver_ok; Linux sets the others before it.
namespace device_status {
inline constexpr std::uint8_t driver_ok = 4;
inline constexpr std::uint8_t on_the_way = 1 | 2 | 8; ///< set by Linux before driver_ok; any other bit means not ready
inline constexpr std::uint8_t needs_reset = 64;
} // namespace device_status

/// Feature bit 0: the name service is in use.
inline constexpr std::uint32_t feature_name_service = 1;
/// Feature bit 29: doorbells by event index instead of flags.
inline constexpr std::uint32_t feature_event_index = 1u << 29;
/// Feature bit 30 of NuttX: every message rings a doorbell, whatever the flags of the ring are.
inline constexpr std::uint32_t feature_must_ring = 1u << 30;
/// Feature bit 1 of NuttX and openvela: announcements are acknowledged.
inline constexpr std::uint32_t feature_acknowledge = 2;
/// Feature bit 1 of Linux and bit 2 of NuttX and openvela: buffer sizes come from the config space.
inline constexpr std::uint32_t feature_sizes_linux = 2;
inline constexpr std::uint32_t feature_sizes_rptun = 4;

/// The RPMsg device of a resource table, after `read_resource_table` has checked it.
struct rpmsg_device {
    std::uint32_t vdev_offset{}; ///< bytes from the start of the table
    vdev_entry vdev{};
    std::array<vring_entry, 2> vrings{};
};

/// Whether a vring entry is valid: 1 to 32768 buffers, a power of two; an alignment of at most 1 MiB, a power of two; an end
/// below 4 GiB.
[[nodiscard]] constexpr auto is_usable(vring_entry const& ring) -> bool {
    auto const fits = std::has_single_bit(ring.count) and ring.count <= 32768 and std::has_single_bit(ring.alignment) and
                      ring.alignment <= 0x10'0000;
    return fits and ring.device_address + std::uint64_t{26} * ring.count + 12 + ring.alignment <= 0xffff'ffff;
}

/// Finds an RPMsg device of a resource table, the first unless `which` says another, and checks every number that a layout is computed from. Returns `malformed`
/// for a truncated table, another version, an entry outside the table, or a ring that is not valid; `not_placed` while the host
/// has not written the address of a valid ring.
[[nodiscard]] constexpr auto read_resource_table(const_bytes table, std::uint32_t which = 0) -> result<rpmsg_device> {
    if (table.size() < 16 or load<std::uint32_t>(table) != 1) {
        return error::malformed;
    }
    auto const count = load<std::uint32_t>(table.subspan(4));
    if (count > (table.size() - 16) / 4) {
        return error::malformed;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        auto const offset = load<std::uint32_t>(table.subspan(16 + 4 * i));
        if (offset > table.size() or table.size() - offset < sizeof(vdev_entry)) {
            return error::malformed;
        }
        auto const vdev = load<vdev_entry>(table.subspan(offset));
        if (vdev.type != 3 or vdev.id != 7 or which-- != 0) {
            continue;
        }
        auto const rings = table.subspan(offset + sizeof(vdev_entry));
        if (vdev.vring_count != 2 or rings.size() < 2 * sizeof(vring_entry)) {
            return error::malformed;
        }
        auto const device =
            rpmsg_device{.vdev_offset = offset,
                         .vdev = vdev,
                         .vrings = {load<vring_entry>(rings), load<vring_entry>(rings.subspan(sizeof(vring_entry)))}};
        auto is_placed = true;
        for (auto ring : device.vrings) {
            if (ring.device_address == any_place) {
                is_placed = false;
                ring.device_address = 0;
            }
            if (not is_usable(ring)) {
                return error::malformed;
            }
        }
        return is_placed ? result<rpmsg_device>{device} : error::not_placed;
    }
    return error::malformed;
}

} // namespace rpmsg::wire
