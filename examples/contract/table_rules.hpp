#pragma once

#include <rpmsg/wire/carveout.hpp>
#include <rpmsg/wire/resource_table.hpp>

#include "examination.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace doctor {

/// Whether a resource table is there, however wrong: an RPMsg device where ours has it.
inline auto has_table(memory const& block) -> bool {
    auto const vdev = block.read<rpmsg::wire::vdev_entry>(offsetof(rpmsg::wire::resource_table, vdev));
    return vdev.type == 3 and vdev.id == 7;
}

/// The status byte, bit by bit (virtio 1.x, 2.1).
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

inline auto check_features(examination& on, rpmsg::wire::vdev_entry const& vdev) -> void {
    auto const expected = on.link.features();
    auto const missing = expected & ~vdev.device_features;
    auto const extra = vdev.device_features & ~expected;
    auto const name = [](std::uint32_t bits) {
        return (bits & rpmsg::wire::feature_name_service) != 0  ? " (bit 0, name service)"
               : (bits & rpmsg::wire::feature_event_index) != 0 ? " (bit 29, event index)"
                                                                : "";
    };
    if (missing != 0) {
        on.wrong(side::device, "vdev.device_features",
                 words("is ", hex{vdev.device_features}, ": lacks ", hex{missing}, name(missing), " of the contract"));
    }
    if (extra != 0) {
        on.wrong(side::device, "vdev.device_features",
                 words("is ", hex{vdev.device_features}, ": offers ", hex{extra}, name(extra),
                       ", which the contract does not have"));
    }
    auto const is_ready = (vdev.status & rpmsg::wire::device_status::driver_ok) != 0;
    if ((vdev.driver_features & ~vdev.device_features) != 0) {
        on.wrong(side::driver, "vdev.driver_features",
                 words("is ", hex{vdev.driver_features}, ", the device offers only ", hex{vdev.device_features}));
    } else if (is_ready and (vdev.driver_features & expected) != (expected & vdev.device_features)) {
        on.wrong(side::driver, "vdev.driver_features",
                 words("is ", hex{vdev.driver_features}, ": the driver did not keep ",
                       hex{expected & vdev.device_features & ~vdev.driver_features}, name(expected & ~vdev.driver_features)));
    }
}

inline auto check_vrings(examination& on, std::array<rpmsg::wire::vring_entry, 2> const& vrings) -> void {
    auto const expected = [&](std::uint32_t ring) {
        return static_cast<std::uint32_t>(on.link.remote_base + on.at.rings[ring].descriptors);
    };
    auto const is_exchanged = vrings[0].device_address == expected(1) and vrings[1].device_address == expected(0);
    if (is_exchanged) {
        on.wrong(side::device, "vring.device_address", "the two rings are exchanged: ring 0 carries messages to the driver");
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        auto const name = [&](std::string_view field) { return words("vring ", ring, " ", field); };
        if (not is_exchanged and vrings[ring].device_address == rpmsg::wire::any_place) {
            on.note(side::driver, name("device_address"), "is not filled in: a driver that chooses the place has not come yet");
        } else if (not is_exchanged) {
            on.compare(side::device, name("device_address"), vrings[ring].device_address, expected(ring));
        }
        on.compare(side::device, name("alignment"), vrings[ring].alignment, on.rings().alignment);
        on.compare(side::device, name("count"), vrings[ring].count, on.rings().buffers);
        on.compare(side::device, name("notify_id"), vrings[ring].notify_id, on.link.ring_notify_ids[ring]);
    }
}

/// The words before the entries of any table.
inline auto check_head(examination& on, memory const& table) -> void {
    on.compare(side::device, "resource_table.version", table.read<std::uint32_t>(0), 1);
    if (table.read<std::uint32_t>(4) == 0) {
        on.wrong(side::device, "resource_table.count", "is 0: the table has no device");
    }
    if (table.read<std::uint64_t>(8) != 0) {
        on.wrong(side::device, "resource_table.reserved", "is not 0: an OpenAMP host refuses the table");
    }
}

/// The RPMsg device of a table and its rings.
inline auto check_device(examination& on, memory const& table, std::uint64_t offset, bool rings_are_used) -> void {
    auto const vdev = table.read<rpmsg::wire::vdev_entry>(offset);
    if (on.compare(side::device, "vdev.type", vdev.type, 3)) {
        on.compare(side::device, "vdev.id", vdev.id, 7);
    }
    on.compare(side::device, "vdev.notify_id", vdev.notify_id, on.link.vdev_notify_id);
    on.compare(side::device, "vdev.vring_count", vdev.vring_count, 2);
    check_features(on, vdev);
    check_vrings(on, table.read<std::array<rpmsg::wire::vring_entry, 2>>(offset + sizeof(vdev)));
    check_status(on, vdev.status, rings_are_used);
}

/// The resource table at the start of the block, field by field.
inline auto check_table(examination& on, bool rings_are_used) -> void {
    constexpr auto device = offsetof(rpmsg::wire::resource_table, vdev);
    check_head(on, on.block);
    on.compare(side::device, "resource_table.offset", on.block.read<std::uint32_t>(16), device);
    check_device(on, on.block, device, rings_are_used);
}

/// The offset of the first entry that `is_wanted`, or nothing. Entries outside of the table are none.
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

/// The carveouts that remoteproc looks for by name. Without one Linux takes memory that the remote does not know of.
inline auto check_carveouts(examination& on, memory const& table) -> void {
    auto const end = rpmsg::align_up(on.at.size, on.rings().alignment);
    auto const starts = std::array{on.at.rings[0].descriptors, on.at.rings[1].descriptors, on.at.ring_buffers[0], end};
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

} // namespace doctor
