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

inline auto check_lengths(examination& on, std::uint32_t which, ring_reading const& ring, std::vector<std::uint32_t> const& ids)
    -> void {
    auto const size = on.rings().size_of(which);
    auto const is_fixed = which == 0 or not faces_linux(on.rings().dialect);
    std::size_t told = 0;
    for (auto const id : ids) {
        auto const length = ring.descriptors[id].length;
        if ((length < 16 or length > size or (is_fixed and length != size)) and told++ < patience) {
            on.wrong(side::driver, descriptor_field(which, id, "length"),
                     words("is ", length, ", the shared block says ", size));
        }
    }
}

inline auto check_addresses(examination& on, std::uint32_t which, ring_reading const& ring,
                            std::vector<std::uint32_t> const& ids) -> void {
    auto const base = on.rings().device_base;
    std::size_t told = 0;
    for (auto const id : ids) {
        auto const& d = ring.descriptors[id];
        auto const is_good = d.address % 4 == 0 and on.admits(d.address, std::min(d.length, on.rings().size_of(which)));
        if (not is_good and told++ < patience) {
            auto const hits_rings = d.address >= base and d.address - base < on.at.ring_buffers[0];
            auto const place = hits_rings              ? ": that is on the rings"
                               : d.address % 4 != 0    ? ": that is no multiple of 4"
                               : on.link.has_windows() ? ": outside the windows of the shared block"
                                                       : ": outside the buffers of the shared block";
            on.wrong(side::driver, descriptor_field(which, id, "address"), words("is ", hex{d.address}, place));
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
    auto const untaken = on.count(which) - lent.count;
    for (auto i = std::max(history.first_returned, history.returned - untaken); i < history.returned; ++i) {
        if (auto const [id, length] = history.returned_entry(i); id < ring.count() and length >= 16) {
            look(id, length);
        }
    }
}

} // namespace doctor
