#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/rules.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// The places of a shared block as a vendor's device tree or linker script lists them: rings and buffers apart, in any order.
/// All members are addresses as the driver writes them. 0 means absent for `table`, `status` and `driver_buffers`.
struct vendor_places {
    std::uint64_t region{};                        ///< start of the region that is passed to the transport
    std::array<std::uint64_t, 2> rings{};          ///< ring 0 carries messages to the driver
    std::uint64_t window{};                        ///< start of the memory that may contain the driver's buffers
    std::uint32_t window_size{};                   ///< bytes
    std::array<std::uint64_t, 2> driver_buffers{}; ///< start of the buffers that a driver posts for each ring
    std::uint64_t status{};                        ///< the status byte, alone or in the vdev entry of a table
    std::uint64_t table{};                         ///< the resource table, if a driver checks its head
};

namespace detail {
/// Vendor places as offsets in the region. Peers align the parts of a ring by address, so that a ring starts aligned.
[[nodiscard]] constexpr auto to_offsets(vring_config const& config, vendor_places const& at) -> runtime_layout {
    auto const offset = [&](std::uint64_t address) { return static_cast<std::uint32_t>(address - at.region); };
    auto const or_nowhere = [&](std::uint64_t address) { return address != 0 ? offset(address) : nowhere; };
    auto const ring_of = [&](std::uint32_t which) {
        auto const start = offset(at.rings[which]);
        auto const parts = wire::place_vring(0, config.count_of(which), config.alignment, config.dialect.used_event_word);
        return wire::vring_parts{.descriptors = start, .available = start + parts.available, .used = start + parts.used};
    };
    auto const has_sizes = config.dialect.sizes != wire::config_space::none;
    return {.buffers_per_ring = config.counts(),
            .rings = {ring_of(0), ring_of(1)},
            .window = offset(at.window),
            .window_size = at.window_size,
            .window_address = at.window,
            .ring_buffers = {or_nowhere(at.driver_buffers[0]), or_nowhere(at.driver_buffers[1])},
            .buffer_sizes = {config.size_of(0), config.size_of(1)},
            .status_offset = or_nowhere(at.status),
            .has_entry = config.dialect.status_in_table,
            .config_size = not has_sizes                          ? 0u
                           : config.dialect.has_versioned_sizes() ? 12u
                                                                  : 64u,
            .table_offset = or_nowhere(at.table)};
}

/// The parts of vendor places as ranges of the driver's addresses; a size of 0 means absent.
struct place_ranges {
    struct range {
        std::uint64_t start{};
        std::uint64_t size{};

        [[nodiscard]] constexpr auto meets(range const& other) const -> bool {
            return size != 0 and other.size != 0 and start < other.start + other.size and other.start < start + size;
        }
    };
    std::array<range, 2> buffers{};
    std::array<range, 6> parts{}; ///< everything but the window of the buffers
    range window{};
};
[[nodiscard]] constexpr auto ranges_of(vring_config const& rings, vendor_places const& at) -> place_ranges {
    using range = place_ranges::range;
    auto const ring_of = [&](std::uint32_t which) {
        auto const count = rings.count_of(which);
        auto const parts = wire::place_vring(0, count, rings.alignment, rings.dialect.used_event_word);
        return range{at.rings[which], wire::end_of_vring(parts, count)};
    };
    auto const buffers = [&](std::uint32_t ring) {
        auto const start = at.driver_buffers[ring];
        return range{start, start != 0 ? std::uint64_t{rings.count_of(ring)} * rings.size_of(ring) : 0};
    };
    auto const has_entry = rings.dialect.status_in_table;
    auto const before = has_entry ? runtime_layout::before_status : 0u;
    auto const entry = has_entry ? std::uint64_t{to_offsets(rings, at).table_size()} : 1u;
    auto const status = at.status != 0 ? range{at.status - before, entry} : range{};
    auto const table = at.table != 0 ? range{at.table, offsetof(wire::resource_table, vdev)} : range{};
    return {.buffers = {buffers(0), buffers(1)},
            .parts = {ring_of(0), ring_of(1), buffers(0), buffers(1), status, table},
            .window = {at.window, at.window_size}};
}
} // namespace detail

/// The first rule that the places of a vendor break, or `none`. The configuration itself breaks none.
[[nodiscard]] constexpr auto broken_rule(vring_config const& rings, vendor_places const& at) -> link_rule {
    using enum link_rule;
    auto const& [buffers, parts, window] = detail::ranges_of(rings, at);
    auto const& dialect = rings.dialect;
    if (dialect.has_boot_block() or dialect.attach == wire::attach_rule::epochs) {
        return places_of_dialect;
    }
    if (dialect.attach == wire::attach_rule::status_byte and at.status == 0) {
        return places_without_status;
    }
    if (at.rings[0] % rings.alignment != 0 or at.rings[1] % rings.alignment != 0 or at.window % 4 != 0) {
        return places_unaligned;
    }
    auto const is_outside = [&](auto const& it) {
        return it.size != 0 and
               (it.start < at.region or it.start - at.region >= nowhere or it.start - at.region + it.size >= nowhere);
    };
    if (is_outside(window) or std::ranges::any_of(parts, is_outside)) {
        return places_outside;
    }
    auto const window_end = window.start + window.size;
    for (auto const& it : buffers) {
        if (it.size != 0 and (it.start < window.start or it.start + it.size > window_end)) {
            return places_outside_window;
        }
    }
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
        for (auto j = i + 1; j < parts.size(); ++j) {
            if (parts[i].meets(parts[j])) {
                return places_overlap;
            }
        }
    }
    return window.meets(parts.back()) ? places_overlap : none; // the rest of the window is checked for each buffer
}

/// A layout whose offsets are known at compile time; it takes no memory, unlike `runtime_layout`. Places that do not lie in
/// the region, are not aligned or overlap do not compile, in words.
template <vring_config Config, vendor_places At> struct fixed_layout {
    using checked = typename checked_config<Config>::told;
    static constexpr auto ranges = detail::ranges_of(Config, At);
    static constexpr auto places = detail::to_offsets(Config, At);
    static constexpr bool is_checked = true;

    static constexpr auto parts(std::uint32_t ring) -> wire::vring_parts { return places.rings[ring]; }
    static constexpr auto offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t {
        constexpr bool is_apart = not places.touches_rings(places.window, places.window_size);
        constexpr auto upper = places.window_address >> 32;
        constexpr bool has_one_half = upper == (places.window_address + places.window_size) >> 32;
        if constexpr (is_apart and has_one_half) { // 32-bit cores subtract one word
            auto const from_window = static_cast<std::uint32_t>(address) - static_cast<std::uint32_t>(places.window_address);
            auto const lies_there = address >> 32 == upper and from_window % 4 == 0 and from_window <= places.window_size and
                                    length <= places.window_size - from_window;
            return lies_there ? from_window + places.window : nowhere;
        } else {
            return places.offset_of(address, length);
        }
    }
    static constexpr auto address_of(std::uint32_t offset) -> std::uint64_t { return places.address_of(offset); }
    static constexpr auto buffer(std::uint32_t ring, std::uint32_t id) -> std::uint32_t { return places.buffer(ring, id); }
    static constexpr auto status() -> std::uint32_t { return places.status(); }
    static constexpr auto table() -> std::uint32_t { return places.table(); }
    static constexpr auto control() -> std::uint32_t { return nowhere; }
    static constexpr auto boot() -> std::uint32_t { return nowhere; }
    static constexpr auto rebase(std::uint64_t base) -> bool { return base == At.region; }
    static constexpr auto fits(std::uint32_t region_size, ring_counts const& counts) -> bool {
        return region_size >= size() and places.fits(region_size, counts);
    }
    /// Whether each part starts at a multiple of `line` bytes of the region, as the parts inside a ring do by its alignment.
    static constexpr auto keeps_lines(std::uint32_t line) -> bool {
        return std::ranges::all_of(ranges.parts,
                                   [&](auto const& it) { return it.size == 0 or (it.start - At.region) % line == 0; });
    }
    /// Bytes from the start of the region to the end of its last part.
    static constexpr auto size() -> std::uint32_t {
        constexpr auto broken = broken_rule(Config, At);
        static_assert(broken != link_rule::places_of_dialect,
                      "this dialect has a control block or a boot block: use a runtime_layout");
        static_assert(broken != link_rule::places_without_status, "this dialect has a status byte: say where it lies");
        static_assert(broken != link_rule::places_unaligned,
                      "a ring does not start at a multiple of the ring alignment, or the window not of 4");
        static_assert(broken != link_rule::places_outside, "a part of the block lies before the region, or 4 GiB above it");
        static_assert(broken != link_rule::places_outside_window, "the driver's buffers lie outside of the window");
        static_assert(broken != link_rule::places_overlap,
                      "two parts of the block overlap: fewer buffers, or a smaller alignment, take less room");
        auto end = ranges.window.start + ranges.window.size;
        for (auto const& part : ranges.parts) {
            end = part.size != 0 ? std::max(end, part.start + part.size) : end;
        }
        return static_cast<std::uint32_t>(end - At.region);
    }
};

} // namespace rpmsg
