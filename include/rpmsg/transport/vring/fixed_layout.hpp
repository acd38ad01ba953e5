#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>
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
template <vring_config Config> [[nodiscard]] constexpr auto to_offsets(vendor_places const& at) -> runtime_layout {
    auto const offset = [&](std::uint64_t address) { return static_cast<std::uint32_t>(address - at.region); };
    auto const or_nowhere = [&](std::uint64_t address) { return address != 0 ? offset(address) : nowhere; };
    auto const ring = [&](std::uint32_t which) {
        auto const start = offset(at.rings[which]);
        auto const parts = wire::place_vring(0, Config.buffers, Config.alignment, Config.dialect.used_event_word);
        return wire::vring_parts{.descriptors = start, .available = start + parts.available, .used = start + parts.used};
    };
    constexpr auto has_sizes = Config.dialect.sizes != wire::config_space::none;
    return {.buffers_per_ring = Config.buffers,
            .rings = {ring(0), ring(1)},
            .window = offset(at.window),
            .window_size = at.window_size,
            .window_address = at.window,
            .ring_buffers = {or_nowhere(at.driver_buffers[0]), or_nowhere(at.driver_buffers[1])},
            .buffer_sizes = {Config.size_of(0), Config.size_of(1)},
            .status_offset = or_nowhere(at.status),
            .has_entry = Config.dialect.status_in_table,
            .config_size = not has_sizes                          ? 0u
                           : Config.dialect.has_versioned_sizes() ? 12u
                                                                  : 64u,
            .table_offset = or_nowhere(at.table)};
}

/// What vendor places say of a configuration; each rule has its words in `fixed_layout`.
template <vring_config Config, vendor_places At> struct place_rules {
    struct range {
        std::uint64_t start{};
        std::uint64_t size{};

        [[nodiscard]] constexpr auto meets(range const& other) const -> bool {
            return start < other.start + other.size and other.start < start + size;
        }
    };
    static constexpr std::uint64_t bytes_of_ring = wire::end_of_vring(
        wire::place_vring(0, Config.buffers, Config.alignment, Config.dialect.used_event_word), Config.buffers);
    static constexpr auto buffers(std::uint32_t ring) -> range {
        auto const start = At.driver_buffers[ring];
        return {start, start != 0 ? std::uint64_t{Config.buffers} * Config.size_of(ring) : 0};
    }
    static constexpr auto places = to_offsets<Config>(At);
    /// Everything but the window of the buffers.
    static constexpr auto parts = [] {
        auto const before = places.has_entry ? runtime_layout::before_status : 0u;
        auto const entry = places.has_entry ? std::uint64_t{places.table_size()} : 1u;
        return std::array{range{At.rings[0], bytes_of_ring},
                          range{At.rings[1], bytes_of_ring},
                          buffers(0),
                          buffers(1),
                          At.status != 0 ? range{At.status - before, entry} : range{},
                          At.table != 0 ? range{At.table, std::uint64_t{offsetof(wire::resource_table, vdev)}} : range{}};
    }();
    static constexpr auto window = range{At.window, At.window_size};

    static constexpr bool can_be_said =
        not Config.dialect.has_boot_block() and Config.dialect.attach != wire::attach_rule::epochs;
    static constexpr bool has_status = Config.dialect.attach != wire::attach_rule::status_byte or At.status != 0;
    static constexpr bool are_aligned =
        At.rings[0] % Config.alignment == 0 and At.rings[1] % Config.alignment == 0 and At.window % 4 == 0;
    static constexpr auto is_in_region(range const& it) -> bool {
        return it.size == 0 or
               (it.start >= At.region and it.start - At.region < nowhere and it.start - At.region + it.size < nowhere);
    }
    static constexpr bool are_in_region =
        is_in_region(window) and std::ranges::all_of(parts, [](range const& it) { return is_in_region(it); });
    static constexpr bool are_in_window = [] {
        auto fit = true;
        for (auto const ring : {0u, 1u}) {
            auto const it = buffers(ring);
            fit = fit and (it.size == 0 or (it.start >= window.start and it.start + it.size <= window.start + window.size));
        }
        return fit;
    }();
    static constexpr bool are_apart = [] {
        for (std::uint32_t i = 0; i < parts.size(); ++i) {
            for (auto j = i + 1; j < parts.size(); ++j) {
                if (parts[i].size != 0 and parts[j].size != 0 and parts[i].meets(parts[j])) {
                    return false;
                }
            }
        }
        return At.table == 0 or not window.meets(parts.back()); // the rest of the window is checked for each buffer
    }();
};
} // namespace detail

/// A layout whose offsets are known at compile time; it takes no memory, unlike `runtime_layout`. Places that do not lie in
/// the region, are not aligned or overlap do not compile, in words.
template <vring_config Config, vendor_places At> struct fixed_layout {
    using rules = detail::place_rules<Config, At>;
    static constexpr auto places = rules::places;
    static constexpr bool is_checked = true;

    static constexpr auto parts(std::uint32_t ring) -> wire::vring_parts { return places.rings[ring]; }
    static constexpr auto offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t {
        constexpr bool is_apart = not places.touches_rings(places.window, places.window_size);
        if constexpr (is_apart) {
            auto const from_window = address - places.window_address;
            auto const lies_there = from_window % 4 == 0 and lies_inside(from_window, length, places.window_size);
            return lies_there ? static_cast<std::uint32_t>(from_window) + places.window : nowhere;
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
    static constexpr auto fits(std::uint32_t region_size, std::uint32_t count) -> bool {
        return region_size >= size() and places.fits(region_size, count);
    }
    /// Whether each part starts at a multiple of `line` bytes of the region, as the parts inside a ring do by its alignment.
    static constexpr auto keeps_lines(std::uint32_t line) -> bool {
        return std::ranges::all_of(rules::parts,
                                   [&](auto const& it) { return it.size == 0 or (it.start - At.region) % line == 0; });
    }
    /// Bytes from the start of the region to the end of its last part.
    static constexpr auto size() -> std::uint32_t {
        static_assert(rules::can_be_said, "this dialect has a control block or a boot block: use a runtime_layout");
        static_assert(rules::has_status, "this dialect has a status byte: say where it lies");
        static_assert(rules::are_aligned, "a ring does not start at a multiple of the ring alignment, or the window not of 4");
        static_assert(rules::are_in_region, "a part of the block lies before the region, or 4 GiB above it");
        static_assert(rules::are_in_window, "the driver's buffers lie outside of the window");
        static_assert(rules::are_apart,
                      "two parts of the block overlap: fewer buffers, or a smaller alignment, take less room");
        auto end = rules::window.start + rules::window.size;
        for (auto const& part : rules::parts) {
            end = part.size != 0 ? std::max(end, part.start + part.size) : end;
        }
        return static_cast<std::uint32_t>(end - At.region);
    }
};

} // namespace rpmsg
