#pragma once

#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/shared_block.hpp>

#include <array>
#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// Offsets, resource table and checks of a shared block. One that cannot work does not compile; the message gives the reason.
template <shared_block Link> struct shared_block_plan {
    using layout = vring_layout<Link.rings>;
    static constexpr auto rings = Link.rings;
    static constexpr auto dialect = rings.dialect;
    static constexpr auto windows = Link.windows;
    static constexpr bool offers_sizes = dialect.has_versioned_sizes();
    static constexpr bool faces_linux =
        dialect == wire::dialects::linux_virtio or dialect.sizes == wire::config_space::versioned;
    static constexpr bool is_ours = dialect.attach == wire::attach_rule::epochs;

    /// The address of a byte of the block as the remote sees it.
    static constexpr auto remote_address(std::uint32_t offset) -> std::uint32_t {
        return static_cast<std::uint32_t>(Link.remote_base + offset);
    }

    static_assert(Link.size >= layout::size(), "the block is too small for its rings and buffers");
    static_assert(Link.host_base % rings.alignment == 0 and Link.remote_base % rings.alignment == 0,
                  "both cores must see the block at a multiple of the ring alignment (peers round absolute addresses)");
    static_assert(Link.remote_base <= 0xffff'ffff and Link.remote_base + Link.size <= 0x1'0000'0000,
                  "the remote must see the block below 4 GiB: a resource table holds 32-bit addresses");
    static_assert(Link.host_base + Link.size >= Link.host_base, "the block ends behind the host's last address");
    static_assert(
        is_ours or rings.device_base == Link.host_base or rings.device_base == Link.remote_base,
        "a foreign driver writes the host's or the remote's addresses into descriptors: set rings.device_base to that base");
    static_assert(dialect.used_event_word or rings.device_base + Link.size <= 0x1'0000'0000,
                  "rpmsg-lite cuts descriptor addresses to 32 bits");
    static_assert(not faces_linux or (rings.alignment % 4096 == 0 and Link.size % 4096 == 0),
                  "Linux maps whole pages: the ring alignment and the size of the block are multiples of 4096");
    static_assert(dialect != wire::dialects::linux_virtio or (rings.size_of(0) == 512 and rings.size_of(1) == 512),
                  "Linux has buffers of 512 bytes");

    /// Whether a window overlaps the bytes before the buffers.
    static constexpr auto meets_rings(address_window const& window) -> bool {
        return window.size != 0 and window.start < rings.device_base + layout::buffers and
               rings.device_base < window.start + window.size;
    }
    static_assert(not meets_rings(windows[0]) and not meets_rings(windows[1]),
                  "a window overlaps the rings: a descriptor could make this side overwrite them");
    static_assert(windows[0].size == 0 or windows[1].size == 0 or windows[0].start + windows[0].size <= windows[1].start or
                      windows[1].start + windows[1].size <= windows[0].start,
                  "the windows overlap each other");
    static constexpr auto has_buffers(std::uint32_t ring) -> bool {
        std::uint32_t const size = rings.buffers * rings.size_of(ring);
        return not Link.has_windows() or Link.admits(layout::address_of(layout::buffer(ring, 0)), size);
    }
    static_assert(has_buffers(0) and has_buffers(1), "the buffers lie outside of the windows");
    static_assert(Link.ring_notify_ids[0] != Link.ring_notify_ids[1] and Link.vdev_notify_id != Link.ring_notify_ids[0] and
                      Link.vdev_notify_id != Link.ring_notify_ids[1],
                  "the device and each of its rings need a notify id of their own");

  private:
    static constexpr auto fill(auto table) {
        table.vdev.notify_id = Link.vdev_notify_id;
        table.vdev.device_features = Link.features();
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            table.vrings[ring] = {.device_address = remote_address(layout::parts(ring).descriptors),
                                  .alignment = rings.alignment,
                                  .count = rings.buffers,
                                  .notify_id = Link.ring_notify_ids[ring]};
        }
        if constexpr (faces_linux) {
            auto const starts = std::array{layout::ring_0, layout::ring_1, layout::buffers, layout::size()};
            for (std::uint32_t i = 0; i < 3; ++i) {
                table.carveouts[i] = {.device_address = remote_address(starts[i]),
                                      .length = align_up(starts[i + 1], rings.alignment) - starts[i],
                                      .name = Link.carveouts[i]};
            }
        }
        return table;
    }

  public:
    /// With carveouts where Linux is the driver; else the smallest, whose status lies where `layout` says.
    using plain_table = std::conditional_t<faces_linux, wire::carveout_table, wire::resource_table>;
    using resource_table = std::conditional_t<offers_sizes, wire::sized_table<plain_table>, plain_table>;

    static constexpr auto make_resource_table() -> resource_table {
        static_assert(dialect.attach != wire::attach_rule::status_byte or dialect.status_in_table,
                      "this dialect has a status byte and no resource table");
        static_assert(not dialect.has_boot_block(),
                      "with this dialect the driver fills the resource table: the device's image has none");
        if constexpr (offers_sizes) {
            auto table = fill(plain_table{});
            table.vdev.config_length = sizeof(wire::versioned_config);
            auto const offer = faces_linux ? wire::offer_sizes : wire::offer_sizes_to_openamp;
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
