#pragma once

#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include "boot_rules.hpp"
#include "config_rules.hpp"
#include "examination.hpp"
#include "feature_rules.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace doctor {

/// Returns the offset of the first entry for which `is_wanted` is true, or nothing. Entries outside of the table do not count.
inline auto find_entry(memory const& table, auto is_wanted) -> std::optional<std::uint32_t> {
    auto const count = std::min<std::uint64_t>(table.read<std::uint32_t>(4), table.size() / 4);
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const offset = table.read<std::uint32_t>(16 + 4 * i);
        if (offset >= 16 and offset < table.size() and is_wanted(offset)) {
            return offset;
        }
    }
    return {};
}

inline auto is_device(memory const& table, std::uint32_t offset) -> bool {
    auto const vdev = table.read<rpmsg::wire::vdev_entry>(offset);
    return vdev.type == 3 and vdev.id == 7;
}
inline auto find_device(memory const& table) -> std::optional<std::uint32_t> {
    return find_entry(table, [&](std::uint32_t offset) { return is_device(table, offset); });
}

/// Returns whether there is a resource table with an RPMsg device, at the shared block's place or elsewhere, even one with
/// wrong fields.
inline auto has_table(examination const& on) -> bool {
    auto const table = on.block.from(on.at.table);
    return is_device(table, on.at.vdev) or find_device(table);
}

/// Returns whether there is a table to compare: a driver that fills it may not have started.
inline auto is_filled(examination const& on) -> bool {
    return not on.at.has_boot or has_table(on) or read_boot(on.block).driver_state != rpmsg::wire::boot_state::none;
}

/// Checks the status byte, bit by bit (virtio 1.2, section 2.1).
inline auto check_status(examination& on, std::uint8_t status, bool rings_are_used) -> void {
    constexpr std::uint8_t failed = 128;
    if ((status & failed) != 0) {
        on.wrong(side::driver, "vdev.status", words("is ", hex{status}, ": the driver gave the device up (bit 128, failed)"));
    } else if ((status & rpmsg::wire::device_status::needs_reset) != 0) {
        on.wrong(side::driver, "vdev.status",
                 words("is ", hex{status}, ": a reset was asked for (bit 64, needs reset) and nobody did it"));
    } else if ((status & rpmsg::wire::device_status::driver_ok) == 0 and rings_are_used) {
        on.wrong(side::driver, "vdev.status",
                 words("is ", status, " although its rings are in use: without driver_ok (4) the device does not attach"));
    } else if ((status & rpmsg::wire::device_status::driver_ok) == 0) {
        on.note(side::driver, "vdev.status", words("is ", status, ": the driver has not said driver_ok (4) yet"));
    } else if ((status & ~(rpmsg::wire::device_status::on_the_way | rpmsg::wire::device_status::driver_ok)) != 0) {
        on.wrong(side::driver, "vdev.status", words("is ", hex{status}, ": it has bits that virtio does not know"));
    }
}

/// Checks the notify ids. Linux uses those of the shared block; a driver that fills the table chooses its own, which all differ
/// (NuttX, arch/sim/src/sim/sim_rptun.c).
inline auto check_notify_ids(examination& on, std::uint32_t device, std::array<std::uint32_t, 2> const& rings) -> void {
    auto const field = [](std::uint32_t ring) { return words("vring ", ring, " notify_id"); };
    if (not on.at.has_boot) {
        on.compare(side::device, "vdev.notify_id", device, on.link.vdev_notify_id);
        on.compare(side::device, field(0), rings[0], on.link.ring_notify_ids[0]);
        on.compare(side::device, field(1), rings[1], on.link.ring_notify_ids[1]);
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

inline auto check_vrings(examination& on, std::array<rpmsg::wire::vring_entry, 2> const& vrings) -> void {
    auto const whose = on.table_owner();
    auto const is_at = [&](std::uint32_t entry, std::uint32_t ring) {
        auto const offset = on.at.rings[ring].descriptors;
        return vrings[entry].device_address == on.link.remote_base + offset or
               is_own_place(on, vrings[entry].device_address, offset);
    };
    auto const are_placed = vrings[0].device_address != vrings[1].device_address;
    auto const is_exchanged = are_placed and is_at(0, 1) and is_at(1, 0);
    if (is_exchanged) {
        on.wrong(whose, "vring.device_address", "the two rings are exchanged: ring 0 carries messages to the driver");
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        auto const name = [&](std::string_view field) { return words("vring ", ring, " ", field); };
        if (not is_exchanged and vrings[ring].device_address == rpmsg::wire::any_place) {
            on.note(side::driver, name("device_address"), "is not filled in: a driver that chooses the place has not come yet");
        } else if (not is_exchanged and not is_at(ring, ring)) {
            auto const base = on.at.has_boot ? 0 : on.link.remote_base;
            on.compare(whose, name("device_address"), vrings[ring].device_address, base + on.at.rings[ring].descriptors);
        }
        on.compare(whose, name("alignment"), vrings[ring].alignment, on.rings().alignment);
        on.compare(whose, name("count"), vrings[ring].count, on.rings().buffers);
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
    auto const vrings = table.read<std::array<rpmsg::wire::vring_entry, 2>>(offset + sizeof(vdev));
    if (not on.compare(whose, "vdev.type", vdev.type, 3) or not on.compare(whose, "vdev.id", vdev.id, 7)) {
        return;
    }
    on.compare(whose, "vdev.vring_count", vdev.vring_count, 2);
    check_notify_ids(on, vdev.notify_id, {vrings[0].notify_id, vrings[1].notify_id});
    check_features(on, vdev);
    check_vrings(on, vrings);
    check_config(on, table, offset);
    check_status(on, vdev.status, rings_are_used);
}

/// Checks the carveouts that remoteproc finds by name. Without one Linux allocates memory that the remote does not know.
inline auto check_carveouts(examination& on, memory const& table) -> void {
    auto const starts = carveout_bounds(on.at, on.rings().alignment);
    for (std::size_t i = 0; i < 3; ++i) {
        auto const& name = on.link.carveouts[i];
        auto const at = find_entry(table, [&](std::uint32_t offset) {
            auto const entry = table.read<rpmsg::wire::carveout_entry>(offset);
            return entry.type == 0 and entry.length != 0 and entry.name == name;
        });
        if (not at) {
            on.note(side::device, words("carveout ", name.view()), "is not in the table: the device tree must have it");
            continue;
        }
        auto const entry = table.read<rpmsg::wire::carveout_entry>(*at);
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
    auto const is_listed = find_entry(table, [&](std::uint32_t offset) { return offset == on.at.vdev; }).has_value();
    auto const elsewhere = is_listed ? std::nullopt : find_device(table);
    check_head(on, table);
    if (not is_listed) { // in the table of Linux the carveouts come before
        on.compare(on.table_owner(), "resource_table.offset",
                   elsewhere.value_or(table.read<std::uint32_t>(has_carveouts ? 28 : 16)), on.at.vdev);
    }
    check_device(on, table, elsewhere.value_or(on.at.vdev), rings_are_used);
    if (has_carveouts) {
        check_carveouts(on, table);
    }
}

} // namespace doctor
