#pragma once

#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <array>
#include <cstdint>

namespace rpmsg {

/// The parts of a shared block as a vendor's device tree or linker script lists them: rings and buffers separately, in any
/// order. All are addresses as the driver writes them; `table`, `status` and `driver_buffers` are 0 where there is none.
struct vendor_places {
    std::uint64_t region{};                        ///< start of the region that is passed to the transport
    std::array<std::uint64_t, 2> rings{};          ///< ring 0 carries messages to the driver
    std::uint64_t window{};                        ///< start of the memory that may contain the driver's buffers
    std::uint32_t window_size{};                   ///< bytes
    std::array<std::uint64_t, 2> driver_buffers{}; ///< start of the buffers that a driver posts for each ring
    std::uint64_t status{};                        ///< the status byte, alone or in the vdev entry of a table
    std::uint64_t table{};                         ///< the resource table, if a driver checks its head
};

/// Converts these addresses to offsets in the region. `fixed_layout` reports overlaps as compile-time errors.
template <vring_config Config> [[nodiscard]] consteval auto place(vendor_places const& at) -> runtime_layout {
    auto const offset = [&](std::uint64_t address) { return static_cast<std::uint32_t>(address - at.region); };
    auto const or_nowhere = [&](std::uint64_t address) { return address != 0 ? offset(address) : nowhere; };
    auto const ring = [&](std::uint32_t which) {
        return wire::place_vring(offset(at.rings[which]), Config.buffers, Config.alignment, Config.dialect.used_event_word);
    };
    return {.buffers_per_ring = Config.buffers,
            .rings = {ring(0), ring(1)},
            .window = offset(at.window),
            .window_size = at.window_size,
            .window_address = at.window,
            .ring_buffers = {or_nowhere(at.driver_buffers[0]), or_nowhere(at.driver_buffers[1])},
            .buffer_sizes = {Config.size_of(0), Config.size_of(1)},
            .status_offset = or_nowhere(at.status),
            .has_entry = Config.dialect.status_in_table,
            .table_offset = or_nowhere(at.table)};
}

/// A layout whose offsets are known at compile time; it takes no memory, unlike `runtime_layout`.
template <runtime_layout Places> struct fixed_layout {
    static constexpr bool is_checked = true;
    static_assert(Places.window % 4 == 0, "the window of the buffers starts at a multiple of 4 bytes");
    static constexpr auto end_of(std::uint32_t ring) -> std::uint32_t {
        return wire::end_of_vring(Places.rings[ring], Places.buffers_per_ring);
    }
    static_assert(end_of(0) <= Places.rings[1].descriptors or end_of(1) <= Places.rings[0].descriptors,
                  "the rings overlap: fewer buffers, or a smaller alignment, take less room");

    static constexpr auto parts(std::uint32_t ring) -> wire::vring_parts { return Places.rings[ring]; }
    static constexpr auto offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t {
        constexpr bool is_apart = not Places.touches_rings(Places.window, Places.window_size);
        if constexpr (is_apart) {
            auto const from_window = address - Places.window_address;
            auto const lies_there = from_window % 4 == 0 and lies_inside(from_window, length, Places.window_size);
            return lies_there ? static_cast<std::uint32_t>(from_window) + Places.window : nowhere;
        } else {
            return Places.offset_of(address, length);
        }
    }
    static constexpr auto address_of(std::uint32_t offset) -> std::uint64_t { return Places.address_of(offset); }
    static constexpr auto buffer(std::uint32_t ring, std::uint32_t id) -> std::uint32_t { return Places.buffer(ring, id); }
    static constexpr auto status() -> std::uint32_t { return Places.status(); }
    static constexpr auto table() -> std::uint32_t { return Places.table(); }
    static constexpr auto control() -> std::uint32_t { return Places.control(); }
    static constexpr auto boot() -> std::uint32_t { return Places.boot(); }
    static constexpr auto rebase(std::uint64_t base) -> bool { return base + Places.window == Places.window_address; }
    static constexpr auto fits(std::uint32_t region_size, std::uint32_t count) -> bool {
        return Places.fits(region_size, count);
    }
};

} // namespace rpmsg
