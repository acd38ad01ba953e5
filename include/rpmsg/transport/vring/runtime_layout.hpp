#pragma once

#include <rpmsg/transport/vring/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// A layout that is known only at attach: rings from a resource table or a vhost-user front end, each part at the address that
/// the driver chose. Buffers may lie anywhere in `window_size` bytes at `window`, but must not overlap the rings.
struct runtime_layout {
    ring_counts buffers_per_ring{}; ///< must equal the counts of the transport's configuration
    std::array<wire::vring_parts, 2> rings{};
    std::uint32_t window{}; ///< offset in the region of the window for buffers
    std::uint32_t window_size{};
    std::uint64_t window_address{};                              ///< the driver's address of `window`
    std::array<std::uint32_t, 2> ring_buffers{nowhere, nowhere}; ///< driver only: offset of the buffers of each ring
    std::array<std::uint32_t, 2> buffer_sizes{};                 ///< driver only: size of a buffer of each ring
    std::uint32_t status_offset = nowhere;
    bool has_entry = true; ///< the status byte lies in the vdev entry of a table; else it stands alone
    std::uint32_t control_offset = nowhere;
    std::uint32_t boot_offset = nowhere;  ///< offset of the boot block, with the table behind it
    std::uint32_t config_size{};          ///< bytes of config space after the vring entries
    std::uint32_t table_offset = nowhere; ///< offset of the resource table, or `nowhere` when its head is not checked

    bool has_names = true; ///< whether the driver accepted the name service, where no table has that bit

    static constexpr bool is_checked = true;

    [[nodiscard]] constexpr auto parts(std::uint32_t ring) const -> wire::vring_parts { return rings[ring]; }
    [[nodiscard]] constexpr auto offset_of(std::uint64_t address, std::uint32_t length) const -> std::uint32_t {
        auto const from_window = address - window_address;
        if (from_window % 4 != 0 or not lies_inside(from_window, length, window_size)) {
            return nowhere;
        }
        auto const offset = static_cast<std::uint32_t>(from_window) + window;
        return touches_rings(offset, length) ? nowhere : offset;
    }
    [[nodiscard]] constexpr auto address_of(std::uint32_t offset) const -> std::uint64_t {
        return window_address + (offset - window);
    }
    [[nodiscard]] constexpr auto buffer(std::uint32_t ring, std::uint32_t id) const -> std::uint32_t {
        return ring_buffers[ring] + id * buffer_sizes[ring];
    }
    [[nodiscard]] constexpr auto status() const -> std::uint32_t { return status_offset; }
    [[nodiscard]] constexpr auto takes_names() const -> bool { return has_names; }
    [[nodiscard]] constexpr auto table() const -> std::uint32_t { return table_offset; }
    [[nodiscard]] constexpr auto control() const -> std::uint32_t { return control_offset; }
    [[nodiscard]] constexpr auto boot() const -> std::uint32_t { return boot_offset; }
    constexpr auto rebase(std::uint64_t base) -> bool {
        window_address = base + window;
        return true;
    }
    [[nodiscard]] constexpr auto fits(std::uint32_t region_size, ring_counts const& counts) const -> bool {
        auto fitting = counts == buffers_per_ring and window % 4 == 0 and lies_inside(window, window_size, region_size);
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            fitting = fitting and detail::holds_ring(rings[ring], counts[ring], region_size);
        }
        return fitting and
               (status_offset == nowhere or
                (has_entry ? status_offset % 4 == 0 and status_offset >= before_status and
                                 lies_inside(status_offset - before_status, sizeof(wire::vdev_entry), region_size)
                           : lies_inside(status_offset, 1, region_size))) and
               (boot_offset == nowhere or (boot_offset % 4 == 0 and lies_inside(boot_offset, boot_size, region_size))) and
               (control_offset == nowhere or
                (control_offset % 4 == 0 and lies_inside(control_offset, sizeof(wire::control_block), region_size)));
    }

    static constexpr auto before_status = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));
    /// Bytes of the boot block and of the head of the table behind it, as the driver writes them.
    static constexpr auto boot_size =
        static_cast<std::uint32_t>(sizeof(wire::boot_block) + offsetof(wire::resource_table, vdev));
    /// Bytes of the vdev entry with its status byte, its two vring entries and its config space.
    [[nodiscard]] constexpr auto table_size() const -> std::uint32_t {
        return static_cast<std::uint32_t>(sizeof(wire::vdev_entry) + 2 * sizeof(wire::vring_entry)) + config_size;
    }
    /// Whether [offset, offset + length) overlaps a part of a ring, the vdev entry, the boot block or the control block.
    [[nodiscard]] constexpr auto touches_rings(std::uint32_t offset, std::uint32_t length) const -> bool {
        auto const meets = [&](std::uint32_t start, std::uint32_t size) {
            return start != nowhere and std::uint64_t{offset} < std::uint64_t{start} + size and
                   std::uint64_t{start} < std::uint64_t{offset} + length;
        };
        auto const entry = status_offset == nowhere or not has_entry ? status_offset : status_offset - before_status;
        auto hit = meets(entry, has_entry ? table_size() : 1) or meets(control_offset, sizeof(wire::control_block)) or
                   meets(boot_offset, boot_size);
        for (std::uint32_t which = 0; which < 2; ++which) {
            auto const& ring = rings[which];
            auto const n = buffers_per_ring[which];
            hit = hit or meets(ring.descriptors, 16 * n) or meets(ring.available, 2 * n + 6) or meets(ring.used, 8 * n + 6);
        }
        return hit;
    }
};
static_assert(link_layout<runtime_layout>);

/// The memory of a link whose host chooses the places of the rings, as addresses that the driver writes.
struct table_memory {
    std::uint64_t region{};      ///< start of the region that is passed to the transport
    std::uint64_t window{};      ///< start of the memory that may contain the driver's buffers, the rings among them or not
    std::uint32_t window_size{}; ///< bytes
};

/// The layout of a device of a table in which the host has filled in the places, as for TI's K3 and PRU: `found` is the result
/// of `wire::read_resource_table`, whose error `not_placed` means that the host has not come yet. Places outside of the region
/// are refused by `start`.
[[nodiscard]] constexpr auto layout_of(wire::rpmsg_device const& found, table_memory const& at) -> runtime_layout {
    auto const parts = [&](wire::vring_entry const& entry) {
        auto const start = static_cast<std::uint32_t>(entry.device_address - at.region);
        return wire::place_vring(start, entry.count, entry.alignment);
    };
    return {.buffers_per_ring = {found.vrings[0].count, found.vrings[1].count},
            .rings = {parts(found.vrings[0]), parts(found.vrings[1])},
            .window = static_cast<std::uint32_t>(at.window - at.region),
            .window_size = at.window_size,
            .window_address = at.window};
}

} // namespace rpmsg
