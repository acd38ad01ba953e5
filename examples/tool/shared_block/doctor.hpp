#pragma once

#include <rpmsg/transport/vring/shared_block.hpp>

#include "boot_rules.hpp"
#include "descriptor_rules.hpp"
#include "examination.hpp"
#include "guesses.hpp"
#include "head_rules.hpp"
#include "ring_reading.hpp"
#include "ring_rules.hpp"
#include "table_rules.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace doctor {

/// The result of an examination. If the memory is no block of this link, `refusal` states the reason in one line and the rest
/// is empty.
struct diagnosis {
    std::string refusal{};
    findings found{};
    std::vector<std::string> state{}; ///< one line for each ring

    [[nodiscard]] auto is_healthy() const -> bool {
        return refusal.empty() and std::all_of(found.begin(), found.end(), [](auto const& f) { return f.how == weight::note; });
    }
};

/// The part of a file that holds the link. Objects of `host::shared_memory` begin with a page for their label.
struct located_block {
    std::string refusal{};
    rpmsg::const_bytes block{};
};

inline auto locate_block(rpmsg::const_bytes content) -> located_block {
    constexpr std::uint64_t magic = 0x316d'6873'6773'7072; // "rpsgshm1", see host/shared_memory.hpp
    constexpr std::size_t first_byte = 4096;
    auto const file = memory{content};
    if (file.read<std::uint64_t>(0) != magic) {
        return {.block = content};
    }
    auto const version = file.read<std::uint32_t>(8);
    auto const size = file.read<std::uint32_t>(12);
    if (version != 1) {
        return {.refusal = words("is a shared-memory object of version ", version, ", this program knows version 1")};
    }
    if (content.size() < first_byte or size > content.size() - first_byte) {
        return {.refusal = words("is truncated: it has ", content.size(), " bytes and says ", first_byte + size)};
    }
    return {.block = content.subspan(first_byte, size)};
}

namespace detail {
/// Describes one ring in a line, with a character for each buffer: D for the device, ! for the device and overtaken, ? if
/// uncertain.
inline auto describe_ring(std::uint32_t which, ring_reading const& ring, lent_buffers const& lent) -> std::string {
    auto text = words("ring ", which, which == 0 ? " (device to driver)" : " (driver to device)", ": available.index ",
                      ring.available_index, ", used.index ", ring.used_index, "; ", lent.count, " of ", ring.count(),
                      " buffers with the device");
    if (ring.count() <= 64) {
        auto map = std::string(ring.count(), '.');
        for (auto const& buffer : lent.likely) {
            map[buffer.id] = buffer.overtaken > 0 and which == 1 ? '!' : 'D';
        }
        for (auto const id : lent.possible) {
            map[id] = '?';
        }
        text += words("  [", map, "]");
    }
    return text;
}

/// Examines the indices of a ring, its buffers and its descriptors.
inline auto examine_ring(examination& on, diagnosis& result, std::uint32_t which) -> void {
    auto const ring = read_ring(on.block, on.at.rings[which], on.rings().count_of(which), on.rings().dialect.used_event_word);
    auto const lent_now = check_indices(on, which, ring);
    if (not lent_now) {
        return;
    }
    auto const history = ring_history{ring, *lent_now, on.rings().dialect.prefilled and which == 1 ? on.count(which) : 0};
    check_entries(on, which, ring, history);
    check_twice(on, which, ring, history);
    check_doorbells(on, which, ring, *lent_now);
    auto const lent = find_lent(ring, history);
    check_lent(on, which, history, lent);
    check_progress(on, which, history, lent);
    if (auto const ids = written_descriptors(which, ring, history); not ids.empty()) {
        check_lengths(on, which, ring, ids);
        check_addresses(on, which, ring, ids);
        check_flags(on, which, ring, ids);
    }
    auto ids_lent = std::vector<std::uint32_t>{};
    for (auto const& buffer : lent.likely) {
        if (buffer.is_sure) {
            ids_lent.push_back(buffer.id);
        }
    }
    check_overlaps(on, which, ring, std::move(ids_lent));
    check_messages(on, which, ring, history, lent);
    result.state.push_back(describe_ring(which, ring, lent));
}

/// Returns whether the driver posts the device's buffers in ring 1. rpmsg-lite's driver marks all buffers as writable; there
/// the ring that was filled at its start is checked.
inline auto is_exchanged(examination const& on) -> bool {
    auto const read = [&](std::uint32_t which) {
        return read_ring(on.block, on.at.rings[which], on.rings().count_of(which), on.rings().dialect.used_event_word);
    };
    auto const ring_0 = read(0);
    auto const ring_1 = read(1);
    if (on.rings().dialect.prefilled) {
        auto const lent = [&](ring_reading const& ring, bool prefilled) {
            auto const count = static_cast<std::int32_t>(ring.count());
            return lent_count(ring.available_index, ring.used_index, count, prefilled).has_value();
        };
        auto const ring_1_is_posted = lent(ring_1, false) and ring_1.available_index != ring_1.used_index;
        return not lent(ring_0, false) and lent(ring_0, true) and ring_1_is_posted;
    }
    auto const is_for_device = [](auto const& d) { return d.flags == rpmsg::wire::descriptor_flag::write and d.length != 0; };
    auto const all_are = [&](ring_reading const& ring) {
        return std::all_of(ring.descriptors.begin(), ring.descriptors.end(), is_for_device);
    };
    return ring_1.available_index != 0 and all_are(ring_1) and not all_are(ring_0);
}

/// Returns the name of the first field that a configuration changes.
inline auto field_of_change(variant const& one) -> std::string {
    auto const& change = one.changes.front();
    return change.substr(0, std::min(change.find(" ="), change.find(" exchanged")));
}
/// Describes ring 0 as the driver has it.
inline auto fact_of_driver(examination const& on, rpmsg::vring_config const& rings) -> std::string {
    auto const at = place_block(rings);
    auto const first = on.block.read<rpmsg::wire::descriptor>(at.rings[0].descriptors);
    return words("ring 0 at ", hex{at.rings[0].descriptors}, " has ",
                 on.block.read<std::uint16_t>(at.rings[0].available + 2ull), " published buffers, the first at ",
                 hex{first.address}, " with ", first.length, " bytes");
}

/// Examines both rings, after a check whether they are at other places.
inline auto examine_rings(examination& on, diagnosis& result) -> void {
    auto guess = guess_driver(on);
    if (guess.empty() and is_exchanged(on)) {
        on.wrong(side::driver, "direction",
                 "looks as if the driver has the two directions exchanged: it receives on ring 1 and sends through ring 0");
        return;
    }
    if (guess.empty()) {
        guess = guess_driver_twice(on);
    }
    if (not guess.empty()) {
        auto const places = on.at.rings;
        on.wrong(side::driver, field_of_change(guess.front()), fact_of_driver(on, guess.front().rings), texts_of(guess));
        on.follow(guess.front().rings);
        if (on.at.rings != places) {
            return; // the device looks elsewhere
        }
    }
    for (std::uint32_t which = 0; which < 2; ++which) {
        auto const published = on.block.read<std::uint16_t>(on.at.rings[which].available + 2ull);
        if (auto const device = guess_device(on, which, published); not device.empty()) {
            on.wrong(side::device, field_of(which, "used ring"),
                     words("is not at ", hex{on.at.rings[which].used}, " but at ",
                           hex{place_block(device.front().rings).rings[which].used}),
                     texts_of(device));
            continue;
        }
        examine_ring(on, result, which);
    }
}

/// Returns whether there is a ring in use, even one with wrong fields.
inline auto has_ring(examination const& on, std::uint32_t which) -> bool {
    auto const ring = read_ring(on.block, on.at.rings[which], on.rings().count_of(which), on.rings().dialect.used_event_word);
    auto const is_id = [&](std::uint16_t id) { return id < ring.count(); };
    return ring.available_flags <= 1 and ring.used_flags <= 1 and ring.available_index != 0 and
           std::all_of(ring.available.begin(), ring.available.end(), is_id);
}

/// Returns why a block of the right size does not belong to the link, or nothing.
inline auto refuse_content(examination const& on) -> std::string {
    auto const& content = on.block;
    if (content.is_zero(0, on.at.size)) {
        return "holds only zeroes: no side has written here, or it is not the shared block";
    }
    if (content.is_filled_with(std::byte{0xff}, 0, on.at.size)) {
        return "holds only ones: erased or unpowered memory, not a shared block";
    }
    auto const start = on.at.rings[0].descriptors;
    auto const is_empty = content.is_zero(start, on.at.ring_buffers[0] - start);
    if (not has_head(on) and not is_empty and not has_ring(on, 0) and not has_ring(on, 1) and guess_driver_at_all(on).empty()) {
        return "does not look like this link at all: no field is as the shared block has it; is it the right memory, from its "
               "first byte?";
    }
    return {};
}
} // namespace detail

/// Sorts the findings, most severe first.
inline auto sort(findings& found) -> void {
    std::stable_sort(found.begin(), found.end(), [](auto const& l, auto const& r) { return l.how > r.how; });
}

/// Compares a copy of the memory with a valid shared block, and describes the state of its rings.
inline auto diagnose(rpmsg::shared_block const& link, rpmsg::const_bytes block) -> diagnosis {
    auto result = diagnosis{};
    auto const at = place_block(link.rings);
    if (block.size() < at.size) {
        result.refusal = words("is truncated: it has ", block.size(), " bytes, the shared block needs ", at.size);
        return result;
    }
    auto on = examination{.link = link, .at = at, .block = memory{block}};
    result.refusal = detail::refuse_content(on);
    if (not result.refusal.empty()) {
        return result;
    }
    if (not is_foreign(on)) {
        examine_head(on);
    }
    detail::examine_rings(on, result);
    result.found = std::move(on.found);
    sort(result.found);
    return result;
}

/// Compares only a resource table with a shared block: the section of an image, or the loader's copy of it.
inline auto diagnose_table(rpmsg::shared_block const& link, rpmsg::const_bytes content) -> diagnosis {
    auto result = diagnosis{};
    auto const table = memory{content};
    if (content.size() < sizeof(rpmsg::wire::resource_table)) {
        result.refusal = words("is truncated: it has ", content.size(), " bytes, a table for RPMsg has ",
                               sizeof(rpmsg::wire::resource_table), " at least");
        return result;
    }
    auto const devices = find_devices(table);
    if (devices.empty()) {
        auto const cut = find_cut_device(table);
        result.refusal =
            cut ? words("is truncated: its RPMsg device at ", hex{*cut}, " ends behind its ", content.size(), " bytes")
                : "is no resource table with an RPMsg device";
        return result;
    }
    auto on = examination{.link = link, .at = place_block(link.rings), .block = table};
    auto const own = own_device(on, table, devices);
    check_head(on, table);
    check_device(on, table, own, false);
    check_others(on, table, devices, own);
    if (faces_linux(link.rings.dialect)) {
        check_carveouts(on, table);
    }
    result.found = std::move(on.found);
    sort(result.found);
    return result;
}

/// Examines a block in use from several copies: findings that are not in all of them were transient and are removed. Adds the
/// side that did not move between the copies although there was work.
inline auto diagnose(rpmsg::shared_block const& link, std::vector<std::vector<std::byte>> const& looks) -> diagnosis {
    auto last = diagnose(link, looks.back());
    for (auto const& look : looks) {
        auto const other = diagnose(link, look);
        auto const is_missing = [&](finding const& f) {
            return std::none_of(other.found.begin(), other.found.end(),
                                [&](finding const& g) { return f.how == g.how and f.whose == g.whose and f.field == g.field; });
        };
        std::erase_if(last.found, is_missing);
    }
    if (not last.refusal.empty() or looks.size() < 2) {
        return last;
    }
    auto const at = place_block(link.rings);
    auto const word = [&](auto const& look, std::uint32_t offset) {
        return memory{look}.template read<std::uint16_t>(offset + 2ull);
    };
    auto const is_still = [&](std::uint32_t which) {
        return word(looks.front(), at.rings[which].available) == word(looks.back(), at.rings[which].available) and
               word(looks.front(), at.rings[which].used) == word(looks.back(), at.rings[which].used);
    };
    auto const tell_stuck = [](finding& f) {
        f.how = weight::stuck;
        f.text += "; nothing moved between the looks";
    };
    for (auto& f : last.found) {
        if (f.how == weight::note and at.has_boot and f.field.starts_with("boot.") and f.field.ends_with("_state") and
            have_started(memory{looks.back()})) {
            tell_stuck(f);
        }
    }
    for (std::uint32_t which = 0; which < 2; ++which) {
        auto const is_of_ring = [&](finding const& f) { return f.field.starts_with(words("ring ", which)); };
        if (not is_still(which)) {
            std::erase_if(last.found, [&](finding const& f) { return f.how == weight::stuck and is_of_ring(f); });
            continue;
        }
        for (auto& f : last.found) {
            auto const is_waiting = f.field == (which == 1 ? "ring 1 available.index" : "ring 0 used.index");
            if (f.how == weight::note and is_waiting) {
                tell_stuck(f);
            }
        }
    }
    return last;
}

/// As above, for copies from files or from an object in use, with or without its label.
inline auto diagnose_looks(rpmsg::shared_block const& link, std::vector<std::vector<std::byte>> const& looks) -> diagnosis {
    auto blocks = std::vector<std::vector<std::byte>>{};
    for (auto const& look : looks) {
        auto const found = locate_block(look);
        if (not found.refusal.empty()) {
            return {.refusal = found.refusal};
        }
        blocks.emplace_back(found.block.begin(), found.block.end());
    }
    return diagnose(link, blocks);
}

} // namespace doctor
