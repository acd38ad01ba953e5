#pragma once

#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include "boot_rules.hpp"
#include "config_rules.hpp"
#include "examination.hpp"
#include "feature_rules.hpp"
#include "guesses.hpp"
#include "variants.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doctor {

/// Returns the offsets of the entries for which `is_wanted` is true. Entries outside of the table do not count.
inline auto find_entries(memory const& table, auto is_wanted) -> std::vector<std::uint32_t> {
    auto found = std::vector<std::uint32_t>{};
    auto const count = std::min<std::uint64_t>(table.read<std::uint32_t>(4), table.size() / 4);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const offset = table.read<std::uint32_t>(16 + 4 * i);
        if (offset >= 16 and offset < table.size() and is_wanted(offset)) {
            found.push_back(offset);
        }
    }
    return found;
}

constexpr auto device_size = std::uint32_t{sizeof(rpmsg::wire::vdev_entry) + 2 * sizeof(rpmsg::wire::vring_entry)};
inline auto has_device_id(memory const& table, std::uint64_t offset) -> bool {
    return table.read<std::uint32_t>(offset) == 3 and table.read<std::uint32_t>(offset + 4) == 7;
}
/// Returns whether an entry is an RPMsg device that lies in the table wholly, with both of its rings.
inline auto is_device(memory const& table, std::uint32_t offset) -> bool {
    return has_device_id(table, offset) and rpmsg::lies_inside(offset, device_size, table.size());
}
inline auto find_devices(memory const& table) -> std::vector<std::uint32_t> {
    return find_entries(table, [&](std::uint32_t offset) { return is_device(table, offset); });
}
/// Returns an RPMsg device whose entry ends behind the table.
inline auto find_cut_device(memory const& table) -> std::optional<std::uint32_t> {
    auto const cut = find_entries(
        table, [&](std::uint32_t offset) { return has_device_id(table, offset) and not is_device(table, offset); });
    return cut.empty() ? std::nullopt : std::optional{cut.front()};
}
inline auto rings_of(memory const& table, std::uint64_t device) -> std::array<rpmsg::wire::vring_entry, 2> {
    return table.read<std::array<rpmsg::wire::vring_entry, 2>>(device + sizeof(rpmsg::wire::vdev_entry));
}

/// Returns whether NuttX's lite driver fills the table: it writes no type (NuttX, drivers/rpmsg/rpmsg_virtio_lite.c).
inline auto is_lite(examination const& on) -> bool { return not on.rings().dialect.negotiates; }

/// Returns whether there is a resource table with an RPMsg device, at the shared block's place or elsewhere, even one with
/// wrong fields.
inline auto has_table(examination const& on) -> bool {
    auto const table = on.block.from(on.at.table);
    return is_device(table, on.at.vdev) or not find_devices(table).empty() or
           (is_lite(on) and table.read<std::uint32_t>(on.at.vdev + 4) == 7);
}

/// Returns whether there is a table to compare: a driver that fills it may not have started.
inline auto is_filled(examination const& on) -> bool {
    return not on.at.has_boot or has_table(on) or not has_states(on) or
           read_boot(on.block).driver_state != rpmsg::wire::boot_state::none;
}

/// Checks the status byte, bit by bit (virtio 1.2, section 2.1).
inline auto check_status(examination& on, std::string const& field, std::uint8_t status, bool rings_are_used) -> void {
    constexpr std::uint8_t failed = 128;
    if ((status & failed) != 0) {
        on.wrong(side::driver, field, words("is ", hex{status}, ": the driver gave the device up (bit 128, failed)"));
    } else if ((status & rpmsg::wire::device_status::needs_reset) != 0) {
        on.wrong(side::driver, field,
                 words("is ", hex{status}, ": a reset was asked for (bit 64, needs reset) and nobody did it"));
    } else if ((status & rpmsg::wire::device_status::driver_ok) == 0 and rings_are_used) {
        on.wrong(side::driver, field,
                 words("is ", status, " although its rings are in use: without driver_ok (4) the device does not attach"));
    } else if ((status & rpmsg::wire::device_status::driver_ok) == 0) {
        on.note(side::driver, field, words("is ", status, ": the driver has not said driver_ok (4) yet"));
    } else if ((status & ~(rpmsg::wire::device_status::on_the_way | rpmsg::wire::device_status::driver_ok)) != 0) {
        on.wrong(side::driver, field, words("is ", hex{status}, ": it has bits that virtio does not know"));
    }
}

/// Reports a table in which the driver has written nothing although it has posted buffers. Linux that attaches to a core that
/// runs reads a copy of the table on some chips (i.MX95, PIC64GX): what it writes never arrives here.
inline auto report_copy(examination& on, std::uint16_t posted) -> void {
    auto const copies = faces_linux(on.rings().dialect) ? " (Linux that attaches does so on i.MX95 and PIC64GX)" : "";
    on.wrong(side::driver, "vdev.status",
             words("is 0 and driver_features is 0, and ring 0 has ", posted,
                   " posted buffers: the driver writes to a copy of the table", copies,
                   ", or was reset since; without driver_ok (4) here the device does not attach"));
}

/// Checks the notify ids. A host may number the rings anew: Linux does, and one that finds only zeroes. A driver that fills the
/// table chooses its own, which all differ (NuttX, arch/sim/src/sim/sim_rptun.c).
inline auto check_notify_ids(examination& on, std::uint32_t device, std::array<std::uint32_t, 2> const& rings, bool has_host)
    -> void {
    auto const field = [](std::uint32_t ring) { return words("vring ", ring, " notify_id"); };
    auto const& ids = on.link.ring_notify_ids;
    if (not on.at.has_boot) {
        on.compare(side::device, "vdev.notify_id", device, on.link.vdev_notify_id);
        auto const is_numbered = faces_linux(on.rings().dialect) or ids[0] == ids[1];
        if (is_numbered and has_host and rings != ids and rings[0] != rings[1]) {
            on.note(side::driver, field(0),
                    words("is ", rings[0], " and that of ring 1 ", rings[1], ": the host numbered the rings, they were ",
                          ids[0], " and ", ids[1], "; doorbells carry the new numbers"));
            return;
        }
        on.compare(side::device, field(0), rings[0], ids[0]);
        on.compare(side::device, field(1), rings[1], ids[1]);
        return;
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        if (rings[ring] == device or (ring == 1 and rings[1] == rings[0])) {
            on.wrong(side::driver, field(ring),
                     words("is ", rings[ring], " as that of ", rings[ring] == device ? "the device" : "ring 0",
                           ": each needs an id of its own"));
        }
    }
}

/// Returns whether a driver that fills the table may give this address of a ring: a byte of the block (NuttX,
/// arch/sim/src/sim/sim_rptun.c), the address of the remote, or 0, as openvela does (openvela,
/// drivers/rpmsg/rpmsg_virtio_lite.c).
inline auto is_own_place(examination const& on, std::uint32_t address, std::uint32_t offset) -> bool {
    return on.at.has_boot and (address == offset or address == 0);
}

/// The rings of a table, and how they differ from a configuration.
class table_rings {
    examination const& on_;
    std::array<rpmsg::wire::vring_entry, 2> found_;

  public:
    table_rings(examination const& on, std::array<rpmsg::wire::vring_entry, 2> const& found) : on_{on}, found_{found} {}

    [[nodiscard]] auto is_at(std::uint32_t entry, std::uint32_t offset) const -> bool {
        auto const address = found_[entry].device_address;
        return address == on_.link.remote_base + offset or address == rpmsg::wire::any_place or
               is_own_place(on_, address, offset);
    }
    [[nodiscard]] auto fit(variant const& one) const -> bool {
        auto const at = place_block(one.rings);
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            if (not is_at(ring, at.rings[ring].descriptors) or found_[ring].alignment != one.rings.alignment or
                found_[ring].count != one.rings.count_of(ring)) {
                return false;
            }
        }
        return true;
    }
    /// Returns the configurations with one other field that have all of these values.
    [[nodiscard]] auto explain() const -> variants {
        auto const own = variant{.rings = on_.rings(), .changes = {}};
        auto all = places_of(own);
        add_stride(all, own, found_[1].device_address - found_[0].device_address);
        std::erase_if(all, [&](variant const& one) { return not fit(one); });
        return all;
    }
};

/// Returns the value of both rings, or the two where they differ.
inline auto both(std::uint32_t ring_0, std::uint32_t ring_1) -> std::string {
    return ring_0 == ring_1 ? words(ring_0) : words(ring_0, " and ", ring_1);
}

/// Compares the rings of a table; one configuration that explains all that differs is reported once.
inline auto check_vrings(examination& on, std::array<rpmsg::wire::vring_entry, 2> const& vrings) -> void {
    auto const whose = on.table_owner();
    auto const found = table_rings{on, vrings};
    auto const offset = [&](std::uint32_t ring) { return on.at.rings[ring].descriptors; };
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        if (vrings[ring].device_address == rpmsg::wire::any_place) {
            on.note(side::driver, words("vring ", ring, " device_address"),
                    "is not filled in: the host that chooses the place has not come yet");
        }
    }
    if (found.fit({.rings = on.rings(), .changes = {}})) {
        return;
    }
    if (auto const guess = found.explain(); not guess.empty()) {
        on.wrong(whose, "vring",
                 words("rings are at ", hex{vrings[0].device_address}, " and ", hex{vrings[1].device_address}, " with count ",
                       both(vrings[0].count, vrings[1].count), " and alignment ", vrings[0].alignment),
                 texts_of(guess));
        on.table_rings = guess.front().rings;
        auto const fit = sum_of(fits_of_driver(on, *on.table_rings));
        if (on.at.has_boot and fit.bad == 0 and fit.good > 0) { // the driver's own table: it keeps to it
            on.follow(*on.table_rings);
        }
        return;
    }
    auto const are_placed = vrings[0].device_address != vrings[1].device_address;
    auto const is_exchanged = are_placed and found.is_at(0, offset(1)) and found.is_at(1, offset(0));
    if (is_exchanged) {
        on.wrong(whose, "vring.device_address", "the two rings are exchanged: ring 0 carries messages to the driver");
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        auto const name = [&](std::string_view field) { return words("vring ", ring, " ", field); };
        if (not is_exchanged and not found.is_at(ring, offset(ring))) {
            auto const base = on.at.has_boot ? 0 : on.link.remote_base;
            on.compare(whose, name("device_address"), vrings[ring].device_address, base + offset(ring));
        }
        on.compare(whose, name("alignment"), vrings[ring].alignment, on.rings().alignment);
        on.compare(whose, name("count"), vrings[ring].count, on.rings().count_of(ring));
    }
}

/// Checks the words before the entries of any table.
inline auto check_head(examination& on, memory const& table) -> void {
    on.compare(on.table_owner(), "resource_table.version", table.read<std::uint32_t>(0), 1);
    if (table.read<std::uint32_t>(4) == 0) {
        on.wrong(on.table_owner(), "resource_table.count", "is 0: the table has no device");
    }
    if (not on.at.has_boot and table.read<std::uint64_t>(8) != 0) {
        on.wrong(side::device, "resource_table.reserved", "is not 0: an OpenAMP host refuses the table");
    }
}

/// Checks the RPMsg device of a table, its rings and its config space.
inline auto check_device(examination& on, memory const& table, std::uint64_t offset, bool rings_are_used) -> void {
    auto const whose = on.table_owner();
    auto const vdev = table.read<rpmsg::wire::vdev_entry>(offset);
    auto const vrings = rings_of(table, offset);
    auto const has_type = (is_lite(on) and vdev.type == 0) or on.compare(whose, "vdev.type", vdev.type, 3);
    if (not has_type or not on.compare(whose, "vdev.id", vdev.id, 7)) {
        return;
    }
    on.compare(whose, "vdev.vring_count", vdev.vring_count, 2);
    check_notify_ids(on, vdev.notify_id, {vrings[0].notify_id, vrings[1].notify_id}, vdev.status != 0);
    check_features(on, vdev);
    check_vrings(on, vrings);
    check_config(on, table, offset);
    if (rings_are_used and not on.at.has_boot and vdev.status == 0 and vdev.driver_features == 0) {
        report_copy(on, on.block.read<std::uint16_t>(on.at.rings[0].available + 2ull));
    } else {
        check_status(on, "vdev.status", vdev.status, rings_are_used);
    }
}

/// Returns the device of this link among those of the table: the one whose rings fit the shared block best, the first of equals.
inline auto own_device(examination const& on, memory const& table, std::vector<std::uint32_t> const& devices) -> std::uint32_t {
    auto const fit = [&](std::uint32_t device) {
        auto const vrings = rings_of(table, device);
        auto fields = 0;
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            fields += table_rings{on, vrings}.is_at(ring, on.at.rings[ring].descriptors) ? 4 : 0;
            fields += vrings[ring].count == on.rings().count_of(ring) ? 1 : 0;
            fields += vrings[ring].notify_id == on.link.ring_notify_ids[ring] ? 1 : 0;
        }
        return fields;
    };
    return *std::max_element(devices.begin(), devices.end(), [&](auto l, auto r) { return fit(l) < fit(r); });
}
/// Checks the RPMsg devices of other links: their rings are possible, and not those of this link.
inline auto check_others(examination& on, memory const& table, std::vector<std::uint32_t> const& devices, std::uint32_t own)
    -> void {
    if (devices.size() < 2) {
        return;
    }
    on.note(
        on.table_owner(), "resource_table.count",
        words("the table has ", devices.size(), " RPMsg devices, the one at ", hex{own}, " is compared with the shared block"));
    auto const ours = rings_of(table, own);
    for (auto const device : devices) {
        if (device == own) {
            continue;
        }
        auto const field = words("device at ", hex{device});
        auto const vrings = rings_of(table, device);
        on.compare(on.table_owner(), field + " vring_count", table.read<rpmsg::wire::vdev_entry>(device).vring_count, 2);
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            auto const address = vrings[ring].device_address;
            auto const is_placed = address != rpmsg::wire::any_place and address != 0;
            auto placed = vrings[ring];
            placed.device_address = is_placed ? address : 0;
            if (not is_usable(placed)) {
                on.wrong(on.table_owner(), words(field, " vring ", ring),
                         words("has count ", placed.count, " and alignment ", placed.alignment, ": no ring can have these"));
            }
            if (is_placed and (address == ours[0].device_address or address == ours[1].device_address)) {
                on.wrong(on.table_owner(), words(field, " vring ", ring, " device_address"),
                         words("is ", hex{address}, ", where a ring of the device at ", hex{own}, " is"));
            }
        }
    }
}

/// Checks the carveouts that remoteproc finds by name. Without one Linux allocates memory that the remote does not know.
inline auto check_carveouts(examination& on, memory const& table) -> void {
    auto const bounds = [](rpmsg::vring_config const& rings) { return carveout_bounds(place_block(rings), rings.alignment); };
    auto const starts = bounds(on.rings());
    auto const others = bounds(on.table_rings.value_or(on.rings())); // what the rings or the sizes of the table show
    for (std::size_t i = 0; i < 3; ++i) {
        auto const& name = on.link.carveouts[i];
        auto const at = find_entries(table, [&](std::uint32_t offset) {
            auto const entry = table.read<rpmsg::wire::carveout_entry>(offset);
            return entry.type == 0 and entry.length != 0 and entry.name == name;
        });
        if (at.empty()) {
            on.note(side::device, words("carveout ", name.view()), "is not in the table: the device tree must have it");
            continue;
        }
        auto const entry = table.read<rpmsg::wire::carveout_entry>(at.front());
        auto const is_at = [&](std::uint32_t offset) { return entry.device_address == on.link.remote_base + offset; };
        if (is_at(others[i]) and entry.length == others[i + 1] - others[i]) {
            continue;
        }
        if (entry.device_address != rpmsg::wire::any_place) {
            on.compare(side::device, words("carveout ", name.view(), " device_address"), entry.device_address,
                       on.link.remote_base + starts[i]);
        }
        on.compare(side::device, words("carveout ", name.view(), " length"), entry.length, starts[i + 1] - starts[i]);
    }
}

/// Checks the table of a block, field by field.
inline auto check_table(examination& on, bool rings_are_used) -> void {
    auto const table = on.block.from(on.at.table);
    auto const has_carveouts = on.rings().dialect.sizes == rpmsg::wire::config_space::versioned;
    auto const is_listed = not find_entries(table, [&](std::uint32_t offset) { return offset == on.at.vdev; }).empty();
    auto const devices = find_devices(table);
    auto const own = is_listed or devices.empty() ? on.at.vdev : own_device(on, table, devices);
    check_head(on, table);
    if (not is_listed) { // in the table of Linux the carveouts come before
        on.compare(on.table_owner(), "resource_table.offset",
                   devices.empty() ? table.read<std::uint32_t>(has_carveouts ? 28 : 16) : own, on.at.vdev);
    }
    check_device(on, table, own, rings_are_used);
    check_others(on, table, devices, own);
    if (has_carveouts) {
        check_carveouts(on, table);
    }
}

} // namespace doctor
