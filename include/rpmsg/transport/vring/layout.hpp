#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/block_places.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/rules.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// The offsets of the parts of a link, in bytes from the start of its region. `vring_layout<Config>` computes them at compile
/// time; `runtime_layout` is filled at attach.
///
///   parts(ring)             descriptor table, available and used ring
///   offset_of(address, n)   offset of n bytes at the driver's `address`, or `nowhere` unless they lie inside the buffers
///   address_of(offset)      the driver's address of an offset
///   buffer(ring, id)        offset of buffer `id` of a ring; used by the driver only
///   status(), control()     offsets of the status byte and of the control block, or `nowhere`
///   fits(size, counts)      whether a region of `size` bytes holds this layout with rings of these counts of buffers
///   is_agreed               optional, static: buffer(ring, id) is valid for the device too, so that it reads no descriptor
///   is_checked              optional, static: after fits() no part and no buffer can lie outside the region, so that no
///                           further checks are needed
///   takes_names()           optional: whether the driver accepted the name service, where no table has that bit
///   table()                 optional: offset of the resource table whose entry has the status byte, or `nowhere`
///   boot()                  offset of the boot block before the table; used only where the dialect has one
///   rebase(base)            the driver's address of the region is `base`: whether this layout is valid with it; used as boot()
template <typename T>
concept link_layout = requires(T const& layout, std::uint32_t n, std::uint64_t address, ring_counts const& counts) {
    { layout.parts(n) } -> std::same_as<wire::vring_parts>;
    { layout.offset_of(address, n) } -> std::same_as<std::uint32_t>;
    { layout.address_of(n) } -> std::same_as<std::uint64_t>;
    { layout.buffer(n, n) } -> std::same_as<std::uint32_t>;
    { layout.status() } -> std::same_as<std::uint32_t>;
    { layout.control() } -> std::same_as<std::uint32_t>;
    { layout.fits(n, counts) } -> std::same_as<bool>;
};

namespace detail {
template <typename Layout> constexpr bool is_checked_layout = requires { requires Layout::is_checked; };

/// Whether the parts of a ring of `count` buffers are aligned, lie inside `size` bytes and are close enough together.
[[nodiscard]] constexpr auto holds_ring(wire::vring_parts const& ring, std::uint32_t count, std::uint32_t size) -> bool {
    constexpr auto furthest = std::uint32_t{0x7000'0000};
    auto const apart = ring.used > ring.available ? ring.used - ring.available : ring.available - ring.used;
    return ring.descriptors % 4 == 0 and ring.available % 2 == 0 and ring.used % 4 == 0 and apart <= furthest and
           lies_inside(ring.descriptors, std::uint64_t{16} * count, size) and
           lies_inside(ring.available, 2 * count + 6, size) and lies_inside(ring.used, 8 * count + 6, size);
}
/// The offset of the resource table of a layout, or `nowhere` when it is not known.
[[nodiscard]] constexpr auto table_of(link_layout auto const& layout) -> std::uint32_t {
    if constexpr (requires { layout.table(); }) {
        return layout.table();
    } else {
        return nowhere;
    }
}
} // namespace detail

/// One contiguous block: control block or resource table (where the dialect has one), ring 0, ring 1, buffers of ring 0,
/// buffers of ring 1. This is the layout of rpmsg-lite and openvela, and the one that this library's driver uses.
template <vring_config Config> struct vring_layout {
    using checked = typename checked_config<Config>::told;
    static constexpr auto places = place_block(Config);
    /// Both ends are this library and agree by fingerprint: descriptor i always describes buffer i, so none is read.
    static constexpr bool is_agreed = places.has_control;
    static constexpr bool is_checked = true;

    /// Offset of the vdev entry, where the dialect has a table.
    static constexpr std::uint32_t vdev = places.table + places.vdev;
    static constexpr std::uint32_t ring_0 = places.rings[0].descriptors;
    static constexpr std::uint32_t stride = places.stride;
    static constexpr std::uint32_t ring_1 = ring_0 + stride;
    static constexpr std::uint32_t buffers = places.ring_buffers[0];
    static constexpr std::uint32_t buffer_bytes =
        Config.count_of(0) * Config.size_of(0) + Config.count_of(1) * Config.size_of(1);
    static constexpr std::uint64_t buffers_address = Config.device_base + buffers;

    [[gnu::always_inline]] static constexpr auto parts(std::uint32_t ring) -> wire::vring_parts {
        if constexpr (Config.has_two_counts()) {
            return places.rings[ring];
        }
        auto const start = ring == 0 ? ring_0 : ring_1; // small cores select faster than they multiply
        return {.descriptors = start,
                .available = start + (places.rings[0].available - ring_0),
                .used = start + (places.rings[0].used - ring_0)};
    }
    static constexpr auto offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t {
        auto const low = static_cast<std::uint32_t>(address);
        auto const left = static_cast<std::uint32_t>(buffers_address + buffer_bytes) - low;
        auto const usable =
            (address >> 32) == (buffers_address >> 32) and low % 4 == 0 and left <= buffer_bytes and length <= left;
        return usable ? low - static_cast<std::uint32_t>(buffers_address) + buffers : nowhere;
    }
    static constexpr auto address_of(std::uint32_t offset) -> std::uint64_t { return Config.device_base + offset; }
    [[gnu::always_inline]] static constexpr auto buffer(std::uint32_t ring, std::uint32_t id) -> std::uint32_t {
        auto const start = ring == 0 ? buffers : places.ring_buffers[1];
        return start + id * Config.size_of(ring);
    }
    static constexpr auto status() -> std::uint32_t { return places.status; }
    static constexpr auto table() -> std::uint32_t {
        return places.status != nowhere and places.has_table() ? places.table : nowhere;
    }
    static constexpr auto control() -> std::uint32_t { return places.has_control ? 0 : nowhere; }
    static constexpr auto boot() -> std::uint32_t { return places.has_boot ? 0 : nowhere; }
    static constexpr auto rebase(std::uint64_t base) -> bool { return base == Config.device_base; }
    static constexpr auto fits(std::uint32_t region_size, ring_counts const&) -> bool { return region_size >= size(); }
    /// Bytes of the shared block.
    static constexpr auto size() -> std::uint32_t {
        constexpr auto broken = broken_block_rule(Config);
        static_assert(broken != link_rule::stride_too_small, "the ring stride is smaller than a ring");
        static_assert(broken != link_rule::block_over_4_gib, "the shared block does not fit into 4 GiB");
        static_assert(broken != link_rule::base_missing,
                      "a device of this dialect waits for a base that is not 0: set device_base");
        static_assert(broken != link_rule::buffers_across_4_gib,
                      "the buffers must not cross a multiple of 4 GiB as the driver sees them");
        return buffers + buffer_bytes;
    }
};
static_assert(link_layout<vring_layout<vring_config{}>>);

/// Whether no cache line of the region holds bytes of both sides. A region without a `line` is not cached.
template <vring_config Config, typename Region>
constexpr bool
    shares_no_line = Config.alignment % detail::line_of<Region> == 0 and
                     Config.size_of(0) % detail::line_of<Region> == 0 and Config.size_of(1) % detail::line_of<Region> == 0;

} // namespace rpmsg
