#pragma once

#include <rpmsg/transport/vring/block_places.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/rules.hpp>
#include <rpmsg/transport/vring/shared_block.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// Whether Linux is the driver: whole pages, carveouts, descriptors of the length of their message.
[[nodiscard]] constexpr auto faces_linux(wire::dialect const& dialect) -> bool {
    return dialect == wire::dialects::linux_virtio or dialect.sizes == wire::config_space::versioned;
}

/// The starts of the three carveouts that Linux finds by name (ring 0, ring 1 and the buffers), and the end of the last.
[[nodiscard]] constexpr auto carveout_bounds(block_places const& at, std::uint32_t alignment) -> std::array<std::uint32_t, 4> {
    return {at.rings[0].descriptors, at.rings[1].descriptors, at.ring_buffers[0],
            align_up(static_cast<std::uint32_t>(at.size), alignment)};
}

/// The first rule that a shared block breaks, or `none`.
[[nodiscard]] constexpr auto broken_rule(shared_block const& link) -> link_rule {
    using enum link_rule;
    auto const& rings = link.rings;
    if (auto const broken = broken_block_rule(rings); broken != none) {
        return broken;
    }
    auto const at = place_block(rings);
    auto const& [device, ids] = std::pair{link.vdev_notify_id, link.ring_notify_ids};
    constexpr auto four_gib = std::uint64_t{1} << 32;
    if (link.size < at.size) {
        return block_too_small;
    }
    if (link.host_base % rings.alignment != 0 or link.remote_base % rings.alignment != 0) {
        return block_unaligned;
    }
    if (link.remote_base >= four_gib or link.remote_base + link.size > four_gib) {
        return remote_over_4_gib;
    }
    if (link.host_base + link.size < link.host_base) {
        return host_wraps;
    }
    if (not at.has_control and rings.device_base != link.host_base and rings.device_base != link.remote_base) {
        return foreign_base;
    }
    if (not rings.dialect.used_event_word and rings.device_base + link.size > four_gib) {
        return lite_over_4_gib;
    }
    if (faces_linux(rings.dialect) and (rings.alignment % 4096 != 0 or link.size % 4096 != 0)) {
        return no_whole_pages;
    }
    if (rings.dialect == wire::dialects::linux_virtio and (rings.size_of(0) != 512 or rings.size_of(1) != 512)) {
        return size_of_linux;
    }
    for (auto const& window : link.windows) {
        if (window.size != 0 and window.start < rings.device_base + at.ring_buffers[0] and
            rings.device_base < window.start + window.size) {
            return window_on_rings;
        }
    }
    auto const& [first, second] = link.windows;
    if (first.size != 0 and second.size != 0 and first.start < second.start + second.size and
        second.start < first.start + first.size) {
        return windows_overlap;
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        if (link.has_windows() and
            not link.admits(rings.device_base + at.ring_buffers[ring], rings.count_of(ring) * rings.size_of(ring))) {
            return buffers_outside;
        }
    }
    auto const is_filled_by_host = device == 0 and ids[0] == 0 and ids[1] == 0;
    auto const are_apart = ids[0] != ids[1] and (device == 0 or (device != ids[0] and device != ids[1]));
    return are_apart or is_filled_by_host ? none : notify_ids;
}

/// Offsets, resource table and checks of a shared block. One that cannot work does not compile; the message gives the reason.
template <shared_block Link> struct shared_block_plan {
    using layout = vring_layout<Link.rings>;
    static constexpr auto rings = Link.rings;
    static constexpr auto dialect = rings.dialect;
    static constexpr bool offers_sizes = dialect.has_versioned_sizes();

    /// The address of a byte of the block as the remote sees it.
    static constexpr auto remote_address(std::uint32_t offset) -> std::uint32_t {
        return static_cast<std::uint32_t>(Link.remote_base + offset);
    }

    static_assert(layout::size() > 0); // instantiates the checks of the layout
    static constexpr auto broken = broken_rule(Link);
    static_assert(broken != link_rule::block_too_small, "the block is too small for its rings and buffers");
    static_assert(broken != link_rule::block_unaligned,
                  "both cores must see the block at a multiple of the ring alignment (peers round absolute addresses)");
    static_assert(broken != link_rule::remote_over_4_gib,
                  "the remote must see the block below 4 GiB: a resource table holds 32-bit addresses");
    static_assert(broken != link_rule::host_wraps, "the block ends behind the host's last address");
    static_assert(
        broken != link_rule::foreign_base,
        "a foreign driver writes the host's or the remote's addresses into descriptors: set rings.device_base to that base");
    static_assert(broken != link_rule::lite_over_4_gib, "rpmsg-lite cuts descriptor addresses to 32 bits");
    static_assert(broken != link_rule::no_whole_pages,
                  "Linux maps whole pages: the ring alignment and the size of the block are multiples of 4096");
    static_assert(broken != link_rule::size_of_linux, "Linux has buffers of 512 bytes");
    static_assert(broken != link_rule::window_on_rings,
                  "a window overlaps the rings: a descriptor could make this side overwrite them");
    static_assert(broken != link_rule::windows_overlap, "the windows overlap each other");
    static_assert(broken != link_rule::buffers_outside, "the buffers lie outside of the windows");
    static_assert(
        broken != link_rule::notify_ids,
        "each ring needs a notify id of its own, and the device 0 or its own; or all are 0 where the host fills them in");

  private:
    static constexpr auto fill(auto table) {
        table.vdev.notify_id = Link.vdev_notify_id;
        table.vdev.device_features = Link.features();
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            table.vrings[ring] = {.device_address = remote_address(layout::parts(ring).descriptors),
                                  .alignment = rings.alignment,
                                  .count = rings.count_of(ring),
                                  .notify_id = Link.ring_notify_ids[ring]};
        }
        if constexpr (faces_linux(dialect)) {
            auto const starts = carveout_bounds(layout::places, rings.alignment);
            for (std::uint32_t i = 0; i < 3; ++i) {
                table.carveouts[i] = {.device_address = remote_address(starts[i]),
                                      .length = starts[i + 1] - starts[i],
                                      .name = Link.carveouts[i]};
            }
        }
        return table;
    }

  public:
    /// With carveouts where Linux is the driver; else the smallest, whose status lies where `layout` says.
    using plain_table = std::conditional_t<faces_linux(dialect), wire::carveout_table, wire::resource_table>;
    using resource_table = std::conditional_t<offers_sizes, wire::sized_table<plain_table>, plain_table>;

    static constexpr auto make_resource_table() -> resource_table {
        static_assert(dialect.attach != wire::attach_rule::status_byte or dialect.status_in_table,
                      "this dialect has a status byte and no resource table");
        static_assert(not dialect.has_boot_block(),
                      "with this dialect the driver fills the resource table: the device's image has none");
        if constexpr (offers_sizes) {
            auto table = fill(plain_table{});
            table.vdev.config_length = sizeof(wire::versioned_config);
            auto const offer = faces_linux(dialect) ? wire::offer_sizes : wire::offer_sizes_to_openamp;
            return {.table = table, .config = offer(rings.size_of(0), rings.size_of(1))};
        } else {
            return fill(resource_table{});
        }
    }
};

/// The resource table of a shared block. It must be writable, because the driver stores its status there:
/// `[[gnu::section(".resource_table"), gnu::used]] constinit auto table = rpmsg::resource_table_of<link>();`
template <shared_block Link> [[nodiscard]] consteval auto resource_table_of() {
    return shared_block_plan<Link>::make_resource_table();
}

} // namespace rpmsg
