#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// The parts of a contiguous shared block, in bytes from its start: control block, boot block, resource table or status byte as
/// the dialect has them, ring 0, ring 1, buffers of ring 0, buffers of ring 1.
struct block_places {
    std::uint32_t table{};      ///< start of the resource table
    std::uint32_t table_size{}; ///< bytes; 0: there is none
    std::uint32_t vdev{};       ///< the entry of the RPMsg device, from the start of the table
    std::uint32_t status = nowhere;
    bool has_control{};
    bool has_boot{}; ///< the driver fills the table and writes a boot block before it
    std::array<wire::vring_parts, 2> rings{};
    std::uint32_t least_stride{};                ///< bytes that the larger ring takes up to the next multiple of the alignment
    std::uint32_t stride{};                      ///< distance from ring 0 to ring 1
    std::array<std::uint32_t, 2> ring_buffers{}; ///< start of the buffers of each ring
    std::uint64_t size{};                        ///< bytes of the block

    [[nodiscard]] constexpr auto has_table() const -> bool { return table_size != 0; }
};

namespace detail {
/// Places the structures before the rings.
[[nodiscard]] constexpr auto place_head(wire::dialect const& dialect) -> block_places {
    constexpr auto status = std::uint32_t{offsetof(wire::vdev_entry, status)};
    auto const with_table = [&](std::uint32_t table, std::size_t size, std::size_t vdev) {
        auto const at = static_cast<std::uint32_t>(vdev);
        return block_places{.table = table,
                            .table_size = static_cast<std::uint32_t>(size),
                            .vdev = at,
                            .status = dialect.status_in_table ? table + at + status : nowhere};
    };
    if (dialect.attach == wire::attach_rule::epochs) {
        return {.has_control = true};
    }
    // openvela's table has a trace entry before the device (openvela, drivers/rpmsg/rpmsg_virtio_lite.c).
    if (dialect.has_boot_block()) {
        auto at = with_table(sizeof(wire::boot_block), 208, 72);
        at.has_boot = true;
        return at;
    }
    if (dialect.sizes == wire::config_space::versioned) {
        return with_table(0, sizeof(wire::sized_carveout_table), offsetof(wire::carveout_table, vdev));
    }
    if (dialect.status_in_table) {
        auto const size =
            dialect.has_versioned_sizes() ? sizeof(wire::sized_table<wire::resource_table>) : sizeof(wire::resource_table);
        return with_table(0, size, offsetof(wire::resource_table, vdev));
    }
    return {.status = dialect.attach == wire::attach_rule::status_byte ? 0 : nowhere};
}
} // namespace detail

/// Places a block whose configuration breaks no rule. A stride that is too small is placed as it is.
[[nodiscard]] constexpr auto place_block(vring_config const& rings) -> block_places {
    auto at = detail::place_head(rings.dialect);
    auto const head = at.has_control         ? static_cast<std::uint32_t>(sizeof(wire::control_block))
                      : at.has_table()       ? at.table + at.table_size
                      : at.status != nowhere ? 4
                                             : 0;
    auto const word = rings.dialect.used_event_word;
    auto const start = align_up(head, rings.alignment);
    auto const place = [&](std::uint32_t ring, std::uint32_t where) {
        return wire::place_vring(where, rings.count_of(ring), rings.alignment, word);
    };
    auto const least = [&](std::uint32_t ring) {
        return align_up(wire::end_of_vring(place(ring, start), rings.count_of(ring)), rings.alignment) - start;
    };
    auto const stride = [&](std::uint32_t ring) {
        auto const usual = word ? least(ring) : wire::lite_ring_size(rings.count_of(ring), rings.alignment);
        return rings.ring_stride != 0 ? rings.ring_stride : usual;
    };
    at.least_stride = std::max(least(0), least(1));
    at.stride = stride(0);
    auto const buffers = start + at.stride + stride(1);
    at.rings = {place(0, start), place(1, start + at.stride)};
    at.ring_buffers = {buffers, buffers + rings.count_of(0) * rings.size_of(0)};
    at.size =
        buffers + std::uint64_t{rings.count_of(0)} * rings.size_of(0) + std::uint64_t{rings.count_of(1)} * rings.size_of(1);
    return at;
}

} // namespace rpmsg
