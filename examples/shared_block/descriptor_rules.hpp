#pragma once

#include <rpmsg/wire/header.hpp>

#include "examination.hpp"
#include "ring_rules.hpp"
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace doctor {

/// Returns the descriptors that the driver must have written: all of ring 0 once its buffers were posted, and those of ring 1
/// that were passed to the device.
inline auto written_descriptors(std::uint32_t which, ring_reading const& ring, ring_history const& history)
    -> std::vector<std::uint32_t> {
    auto ids = std::vector<std::uint32_t>{};
    if (which == 0 and not history.is_whole) {
        for (std::uint32_t id = 0; id < ring.count(); ++id) {
            ids.push_back(id);
        }
        return ids;
    }
    for (auto i = history.first_published; i < history.published; ++i) {
        if (auto const id = history.published_id(i); id < ring.count()) {
            ids.push_back(id);
        }
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

inline auto descriptor_field(std::uint32_t which, std::uint32_t id, std::string_view field) -> std::string {
    return words("ring ", which, " descriptor ", id, " ", field);
}

/// If all written descriptors have the same length, which differs from the shared block's, the driver's configuration is
/// reported.
inline auto check_lengths(examination& on, std::uint32_t which, ring_reading const& ring, std::vector<std::uint32_t> const& ids)
    -> void {
    auto const size = on.rings().size_of(which);
    auto const is_fixed = which == 0 or not faces_linux(on.rings().dialect);
    auto const first = ring.descriptors[ids.front()].length;
    auto const is_one = std::all_of(ids.begin(), ids.end(), [&](auto id) { return ring.descriptors[id].length == first; });
    if (is_one and ids.size() > 1 and is_fixed and first != size and first > 16) {
        if (first == on.told_sizes[which]) { // the config space has the same size, which is already reported
            return;
        }
        auto const other = on.rings().size_of(1 - which);
        auto const field = on.size_field(which);
        on.wrong(side::driver, std::string{field},
                 words("ring ", which, " has buffers of ", first, " bytes, the shared block says ", size,
                       ": looks as if the driver ",
                       first == other ? "has the two directions exchanged" : words("was built with ", field, " = ", first)));
        return;
    }
    std::size_t told = 0;
    for (auto const id : ids) {
        auto const length = ring.descriptors[id].length;
        if ((length < 16 or length > size or (is_fixed and length != size)) and told++ < patience) {
            on.wrong(side::driver, descriptor_field(which, id, "length"),
                     words("is ", length, ", the shared block says ", size));
        }
    }
}

/// Reports the base from which the driver seems to count when all of its addresses are wrong; otherwise each wrong address.
inline auto check_addresses(examination& on, std::uint32_t which, ring_reading const& ring,
                            std::vector<std::uint32_t> const& ids) -> void {
    auto const is_good = [&](std::uint32_t id) {
        auto const& d = ring.descriptors[id];
        return d.address % 4 == 0 and on.admits(d.address, std::min(d.length, on.rings().size_of(which)));
    };
    auto const bad = std::count_if(ids.begin(), ids.end(), [&](auto id) { return not is_good(id); });
    auto const base = on.rings().device_base;
    for (auto const other : {std::uint64_t{0}, on.link.host_base, on.link.remote_base}) {
        auto const moved = [&](auto id) {
            auto const address = ring.descriptors[id].address - other + base;
            return on.admits(address, std::min(ring.descriptors[id].length, on.rings().size_of(which)));
        };
        if (bad > 1 and static_cast<std::size_t>(bad) == ids.size() and std::all_of(ids.begin(), ids.end(), moved)) {
            on.wrong(side::driver, "device_base",
                     words("descriptors of ring ", which, " hold addresses like ", hex{ring.descriptors[ids.front()].address},
                           ": looks as if the driver counts from ", hex{other}, ", the shared block says ", hex{base}));
            return;
        }
    }
    std::size_t told = 0;
    for (auto const id : ids) {
        if (not is_good(id) and told++ < patience) {
            auto const address = ring.descriptors[id].address;
            auto const hits_rings = address >= base and address - base < on.at.ring_buffers[0];
            on.wrong(side::driver, descriptor_field(which, id, "address"),
                     words("is ", hex{address},
                           hits_rings ? ": that is on the rings" : ": outside the windows of the shared block"));
        }
    }
}

inline auto check_flags(examination& on, std::uint32_t which, ring_reading const& ring, std::vector<std::uint32_t> const& ids)
    -> void {
    namespace flag = rpmsg::wire::descriptor_flag;
    std::size_t told = 0;
    for (auto const id : ids) {
        auto const flags = ring.descriptors[id].flags;
        auto const field = descriptor_field(which, id, "flags");
        if ((flags & (flag::next | flag::indirect)) != 0 and told++ < patience) {
            on.wrong(side::driver, field, words("is ", flags, ": RPMsg has no chained and no indirect descriptors"));
        } else if (which == 0 and (flags & flag::write) == 0 and told++ < patience) {
            on.wrong(side::driver, field,
                     words("is ", flags, ": the device may not write this buffer, which is there to be written"));
        }
    }
}

/// Reports buffers that overlap.
inline auto check_overlaps(examination& on, std::uint32_t which, ring_reading const& ring, std::vector<std::uint32_t> ids)
    -> void {
    auto const address = [&](std::uint32_t id) { return ring.descriptors[id].address; };
    std::sort(ids.begin(), ids.end(), [&](auto l, auto r) { return std::pair{address(l), l} < std::pair{address(r), r}; });
    std::size_t told = 0;
    for (std::size_t i = 1; i < ids.size(); ++i) {
        if (address(ids[i]) - address(ids[i - 1]) < ring.descriptors[ids[i - 1]].length and told++ < patience) {
            on.wrong(side::driver, descriptor_field(which, ids[i], "address"),
                     words("is ", hex{address(ids[i])}, ": shares memory with descriptor ", ids[i - 1]));
        }
    }
}

/// Reports messages whose header states more than their buffer holds.
inline auto check_messages(examination& on, std::uint32_t which, ring_reading const& ring, ring_history const& history,
                           lent_buffers const& lent) -> void {
    auto const look = [&](std::uint32_t id, std::uint32_t room) {
        auto const offset = ring.descriptors[id].address - on.rings().device_base;
        auto const length = on.block.read<rpmsg::wire::header>(offset).length;
        if (length + rpmsg::wire::header_size > room) {
            on.wrong(which == 0 ? side::device : side::driver, field_of(which, "header.length"),
                     words("the message in buffer ", id, " claims ", length, " bytes of payload, ", room,
                           " bytes were given with its header"));
        }
    };
    if (which == 1) {
        for (auto const& buffer : lent.likely) {
            if (buffer.is_sure) {
                look(buffer.id, ring.descriptors[buffer.id].length);
            }
        }
        return;
    }
    auto const untaken = on.count() - lent.count;
    for (auto i = std::max(history.first_returned, history.returned - untaken); i < history.returned; ++i) {
        if (auto const [id, length] = history.returned_entry(i); id < ring.count() and length >= 16) {
            look(id, length);
        }
    }
}

} // namespace doctor
