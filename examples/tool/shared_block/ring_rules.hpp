#pragma once

#include "examination.hpp"
#include "ring_reading.hpp"
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace doctor {

/// The most findings of one kind that are reported one by one.
constexpr std::size_t patience = 4;

/// Checks the indices of a ring: returns how many buffers the device holds, or reports a finding.
inline auto check_indices(examination& on, std::uint32_t which, ring_reading const& ring) -> std::optional<std::int32_t> {
    auto const prefilled = on.rings().dialect.prefilled and which == 1;
    auto const lent = lent_count(ring.available_index, ring.used_index, on.count(which), prefilled);
    if (lent) {
        return lent;
    }
    auto const ahead = static_cast<std::int16_t>(static_cast<std::uint16_t>(ring.available_index - ring.used_index));
    auto const both = words("available.index is ", ring.available_index, ", used.index ", ring.used_index, ": ");
    if (ahead < 0) {
        on.wrong(side::device, field_of(which, "used.index"),
                 words(both, -ahead, " ahead of what the driver published; looks as if the device was restarted alone",
                       which == 1 ? ", or sends through ring 1" : ""));
    } else {
        on.wrong(side::driver, field_of(which, "available.index"),
                 words(both, ahead, " buffers with the device, a ring has ", on.count(which)));
    }
    return {};
}

/// Reports ids that no descriptor has, and lengths that the dialect forbids.
inline auto check_entries(examination& on, std::uint32_t which, ring_reading const& ring, ring_history const& history) -> void {
    auto const count = ring.count();
    for (auto i = history.first_published; i < history.published; ++i) {
        if (auto const id = history.published_id(i); id >= count) {
            on.wrong(side::driver, field_of(which, "available.id"),
                     words("entry ", static_cast<std::uint32_t>(i) % count, " names buffer ", id, ", there are ", count));
            break;
        }
    }
    auto const size = on.rings().size_of(which);
    auto const is_believed = on.rings().dialect.status_in_table or on.rings().dialect.prefilled;
    auto const is_told = which == 1 and is_believed and not faces_linux(on.rings().dialect);
    for (auto i = history.first_returned; i < history.returned; ++i) {
        auto const [id, length] = history.returned_entry(i);
        if (id >= count) {
            on.wrong(side::device, field_of(which, "used.id"), words("buffer ", id, " was returned, there are ", count));
            break;
        }
        if (length > size or (which == 0 and length < 16) or (is_told and length != size)) {
            on.wrong(side::device, field_of(which, "used.length"),
                     words("buffer ", id, " was returned with ", length, " bytes; ",
                           is_told ? "this peer takes it for the size of the buffer, " : "at most ", size));
            break;
        }
    }
}

/// The positions of each buffer, in order.
using occurrences = std::vector<std::vector<std::int32_t>>;

inline auto has_between(std::vector<std::int32_t> const& sorted, std::int32_t from, std::int32_t to) -> bool {
    auto const next = std::lower_bound(sorted.begin(), sorted.end(), from);
    return next != sorted.end() and *next < to;
}

/// Reports a buffer that one side passed on twice. Between two returns of a buffer it must have been published, and between two
/// publications returned; at most a ring of entries is between a publication and its return.
inline auto check_twice(examination& on, std::uint32_t which, ring_reading const& ring, ring_history const& history) -> void {
    auto const count = static_cast<std::int32_t>(ring.count());
    auto given = occurrences(ring.count());
    auto back = occurrences(ring.count());
    for (auto i = history.first_published; i < history.published; ++i) {
        if (auto const id = history.published_id(i); id < ring.count()) {
            given[id].push_back(i);
        }
    }
    for (auto i = history.first_returned; i < history.returned; ++i) {
        if (auto const id = history.returned_entry(i).id; id < ring.count()) {
            back[id].push_back(i);
        }
    }
    auto const sees_published = [&](std::int32_t from) { return history.is_whole or from >= history.first_published; };
    auto const sees_returned = [&](std::int32_t from) { return history.is_whole or from >= history.first_returned; };
    std::size_t told = 0;
    for (std::uint32_t id = 0; id < ring.count() and told < patience; ++id) {
        for (std::size_t i = 1; i < back[id].size(); ++i) {
            auto const from = back[id][i - 1] + 1;
            if (sees_published(from) and not has_between(given[id], from, back[id][i] + count)) {
                on.wrong(side::device, field_of(which, "used.id"), words("buffer ", id, " was returned twice and given once"));
                ++told;
                break;
            }
        }
        for (std::size_t i = 1; i < given[id].size(); ++i) {
            auto const from = given[id][i - 1] + 1 - count;
            if (sees_returned(from) and not has_between(back[id], from, given[id][i])) {
                on.wrong(side::driver, field_of(which, "available.id"),
                         words("buffer ", id, " was given twice and not returned between"));
                ++told;
                break;
            }
        }
        if (history.is_whole and not back[id].empty() and given[id].empty()) {
            on.wrong(side::device, field_of(which, "used.id"), words("buffer ", id, " was returned and never given"));
            ++told;
        }
    }
}

/// Reports fewer buffers with the device than the indices state: one that was published lately was published twice.
inline auto check_lent(examination& on, std::uint32_t which, ring_history const& history, lent_buffers const& lent) -> void {
    if (static_cast<std::int32_t>(lent.likely.size() + lent.possible.size()) >= lent.count) {
        return;
    }
    auto latest = std::vector<std::uint32_t>{};
    for (auto i = std::max(history.first_published, history.returned); i < history.published; ++i) {
        latest.push_back(history.published_id(i));
    }
    std::sort(latest.begin(), latest.end());
    if (auto const twice = std::adjacent_find(latest.begin(), latest.end()); twice != latest.end()) {
        on.wrong(side::driver, field_of(which, "available.id"),
                 words("buffer ", *twice, " was given twice and not returned between"));
    }
}

/// Returns the messages that the receiver of a ring has not returned, without those that it returns in batches.
inline auto untaken(examination const& on, std::uint32_t which, std::int32_t lent) -> std::int32_t {
    auto const here = which == 1 ? lent : on.count(which) - lent;
    return here < on.rings().batch ? 0 : here;
}

/// Reports doorbells that cannot occur, and unknown flags.
inline auto check_doorbells(examination& on, std::uint32_t which, ring_reading const& ring, std::int32_t lent) -> void {
    auto const is_quiet = [](std::uint16_t flags) { return (flags & rpmsg::wire::suppress_doorbell) != 0; };
    auto const waiting = untaken(on, which, lent);
    auto const consumer = which == 1 ? side::device : side::driver;
    auto const flags = which == 1 ? ring.used_flags : ring.available_flags;
    auto const field = field_of(which, which == 1 ? "used.flags" : "available.flags");
    if (ring.available_flags > 1) {
        on.wrong(side::driver, field_of(which, "available.flags"), words("is ", hex{ring.available_flags}, ", known is 1"));
    }
    if (ring.used_flags > 1) {
        on.wrong(side::device, field_of(which, "used.flags"), words("is ", hex{ring.used_flags}, ", known is 1"));
    }
    if (not on.rings().event_index) {
        auto const is_lite_master = on.rings().dialect.always_rings_driver and which == 0;
        auto const started = ring.available_index != 0 or ring.used_index != 0;
        if (is_lite_master and started and not is_quiet(flags)) {
            on.note(consumer, field, "is 0: rpmsg-lite's master has 1 there from its start");
        } else if (not is_lite_master and is_quiet(flags)) {
            on.add(waiting > 0 ? weight::stuck : weight::note, consumer, field,
                   words("suppresses the doorbell for messages", waiting > 0 ? words(" and ", waiting, " wait") : "", ": the ",
                         name_of(consumer), " must poll, or sleeps for ever"));
        }
        return;
    }
    auto const index = which == 1 ? ring.available_index : ring.used_index;
    auto const event = which == 1 ? ring.available_event : ring.used_event;
    auto const behind = static_cast<std::uint16_t>(index - event);
    if (behind > on.count(which)) {
        on.add(waiting > 0 ? weight::stuck : weight::note, consumer,
               field_of(which, which == 1 ? "used.available_event" : "available.used_event"),
               words("asks for a doorbell at entry ", event, ", the ring is at ", index, ": none will ring"));
    }
}

/// Reports which side holds buffers and which side waits.
inline auto check_progress(examination& on, std::uint32_t which, ring_history const& history, lent_buffers const& lent)
    -> void {
    auto const count = on.count(which);
    auto const waiting = untaken(on, which, lent.count);
    if (which == 0) {
        if (history.published == 0) {
            on.note(side::driver, "ring 0 available.index", "is 0: the driver has not posted a buffer yet");
        } else if (lent.count == 0) {
            on.add(weight::stuck, side::driver, "ring 0 available.index",
                   words("all ", count, " buffers of the device are used and none was posted again: it cannot send"));
        } else if (waiting > 0) {
            on.note(side::driver, "ring 0 used.index", words(waiting, " messages not taken, or taken and held"));
        }
        return;
    }
    std::size_t told = 0;
    for (auto const& buffer : lent.likely) {
        if (buffer.overtaken > 0 and told++ < patience) {
            on.note(side::device, "ring 1 used.id",
                    words("buffer ", buffer.id, " was never returned, ", buffer.overtaken, " later ones were: held, or lost"));
        }
    }
    if (waiting == count) {
        on.add(weight::stuck, side::device, "ring 1 used.index",
               words("all ", count, " buffers of the driver were never returned: it cannot send until the device takes them"));
    } else if (waiting > 0) {
        on.note(side::device, "ring 1 available.index", words(waiting, " messages not taken, or taken and held"));
    }
}

} // namespace doctor
