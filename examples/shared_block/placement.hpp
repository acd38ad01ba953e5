#pragma once

#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/transport/vring/shared_block.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace doctor {

/// The values that `vring_layout` computes at compile time, for a configuration that is known only at run time.
struct placement {
    std::array<rpmsg::wire::vring_parts, 2> rings{};
    std::array<std::uint32_t, 2> ring_buffers{}; ///< the start of the buffers of each ring
    std::uint32_t size{};                        ///< bytes that the block needs
    std::uint32_t table{};                       ///< the start of the resource table
    std::uint32_t table_size{};                  ///< 0: there is none
    std::uint32_t vdev{};                        ///< the entry of the RPMsg device, from the start of the table
    bool has_control{};
    bool has_boot{}; ///< the driver fills the table and states so in a boot block before it

    [[nodiscard]] constexpr auto has_table() const -> bool { return table_size != 0; }
};

/// Returns whether Linux is the driver: whole pages, carveouts, descriptors of the length of their message.
constexpr auto faces_linux(rpmsg::vring_config const& rings) -> bool {
    return rings.dialect == rpmsg::wire::dialects::linux_virtio or rings.dialect == rpmsg::wire::dialects::linux_bufsz;
}

using rpmsg::may_have_event_index;

/// Returns why a configuration has no layout; empty when it has one.
constexpr auto mistake_of(rpmsg::vring_config const& rings) -> std::string_view {
    if (not std::has_single_bit(rings.buffers) or rings.buffers > 32768) {
        return "buffers is a power of two from 1 to 32768";
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        if (rings.size_of(ring) <= 16 or rings.size_of(ring) > 65536 or rings.size_of(ring) % 4 != 0) {
            return "a buffer size is a multiple of 4 from 20 to 65536";
        }
    }
    if (not std::has_single_bit(rings.alignment) or rings.alignment < 4 or rings.alignment > 0x10'0000) {
        return "alignment is a power of two from 4 to 1 MiB";
    }
    if (rings.ring_stride % rings.alignment != 0 or rings.ring_stride >= 0x0400'0000) {
        return "ring_stride is a multiple of the alignment below 64 MiB";
    }
    if (rings.device_base % 8 != 0) {
        return "device_base is a multiple of 8";
    }
    if (std::uint64_t{rings.buffers} * (rings.size_of(0) + rings.size_of(1)) >= 0xf000'0000) {
        return "the buffers do not fit into 4 GiB";
    }
    if (rings.event_index and not may_have_event_index(rings.dialect)) {
        return "this dialect has no event index";
    }
    return {};
}

/// Places the structures before the rings: a control block, or a resource table, behind a boot block if the dialect has one.
constexpr auto place_head(rpmsg::wire::dialect const& dialect) -> placement {
    namespace wire = rpmsg::wire;
    if (dialect.attach == wire::attach_rule::epochs) {
        return {.has_control = true};
    }
    // openvela's table has a trace entry before the device (drivers/rpmsg/rpmsg_virtio_lite.c).
    if (dialect.attach == wire::attach_rule::boot_words) {
        return {.table = sizeof(wire::boot_block), .table_size = 208, .vdev = 72, .has_boot = true};
    }
    if (dialect.sizes == wire::config_space::versioned) {
        return {.table_size = sizeof(wire::sized_carveout_table), .vdev = offsetof(wire::carveout_table, vdev)};
    }
    if (dialect.sizes == wire::config_space::openamp_versioned) {
        return {.table_size = sizeof(wire::sized_table<wire::resource_table>), .vdev = offsetof(wire::resource_table, vdev)};
    }
    if (dialect.status_in_table) {
        return {.table_size = sizeof(wire::resource_table), .vdev = offsetof(wire::resource_table, vdev)};
    }
    return {};
}

/// Places a valid configuration. It does not check for a stride smaller than a ring.
constexpr auto place(rpmsg::vring_config const& rings) -> placement {
    namespace wire = rpmsg::wire;
    auto at = place_head(rings.dialect);
    auto const head = at.has_control ? static_cast<std::uint32_t>(sizeof(wire::control_block)) : at.table + at.table_size;
    auto const start = rpmsg::align_up(head, rings.alignment);
    auto const word = rings.dialect.used_event_word;
    auto const first = wire::place_vring(start, rings.buffers, rings.alignment, word);
    auto const closest = rpmsg::align_up(wire::end_of_vring(first, rings.buffers), rings.alignment) - start;
    auto const usual = word ? closest : wire::lite_ring_size(rings.buffers, rings.alignment);
    auto const stride = rings.ring_stride != 0 ? rings.ring_stride : usual;
    auto const buffers = start + 2 * stride;
    auto const of_ring_0 = rings.buffers * rings.size_of(0);
    at.rings = {first, wire::place_vring(start + stride, rings.buffers, rings.alignment, word)};
    at.ring_buffers = {buffers, buffers + of_ring_0};
    at.size = buffers + of_ring_0 + rings.buffers * rings.size_of(1);
    return at;
}

/// Returns the starts of the three carveouts that Linux finds by name (ring 0, ring 1 and the buffers), and the end of the
/// last.
constexpr auto carveout_bounds(placement const& at, std::uint32_t alignment) -> std::array<std::uint32_t, 4> {
    return {at.rings[0].descriptors, at.rings[1].descriptors, at.ring_buffers[0], rpmsg::align_up(at.size, alignment)};
}

/// Returns why a shared block is invalid, with the text of `shared_block_plan` at compile time; empty when it is valid.
constexpr auto mistake_of(rpmsg::shared_block const& link) -> std::string_view {
    auto const& rings = link.rings;
    if (auto const mistake = mistake_of(rings); not mistake.empty()) {
        return mistake;
    }
    auto const at = place(rings);
    if (at.rings[1].descriptors < rpmsg::wire::end_of_vring(at.rings[0], rings.buffers)) {
        return "ring_stride is smaller than a ring";
    }
    if (link.size < at.size) {
        return "size: the block is too small for its rings and buffers";
    }
    if (link.host_base % rings.alignment != 0 or link.remote_base % rings.alignment != 0) {
        return "both cores must see the block at a multiple of the alignment";
    }
    if (link.remote_base > 0xffff'ffff or link.remote_base + link.size > 0x1'0000'0000) {
        return "remote_base: the remote must see the block below 4 GiB";
    }
    if (not at.has_control and rings.device_base != link.host_base and rings.device_base != link.remote_base) {
        return "device_base is host_base or remote_base: a foreign driver writes one of the two into descriptors";
    }
    if (faces_linux(rings) and (rings.alignment % 4096 != 0 or link.size % 4096 != 0)) {
        return "Linux maps whole pages: alignment and size are multiples of 4096";
    }
    auto const has_fixed_sizes = rings.dialect == rpmsg::wire::dialects::linux_virtio;
    if (has_fixed_sizes and (rings.size_of(0) != 512 or rings.size_of(1) != 512)) {
        return "Linux has buffers of 512 bytes";
    }
    return {};
}

} // namespace doctor
