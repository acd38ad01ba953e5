#pragma once

#include <rpmsg/wire/virtio/dialect.hpp>

#include "examination.hpp"
#include "ring_reading.hpp"
#include "variants.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace doctor {

/// How well memory fits a configuration: facts for it and facts against it.
struct fit {
    std::uint32_t good{};
    std::uint32_t bad{};
};

/// Rates what the driver wrote in one ring: flags, index, entries, and the descriptors that these name. Each describes one whole
/// buffer of the configuration.
inline auto fit_of_ring(examination const& on, rpmsg::vring_config const& rings, placement const& at, std::uint32_t which)
    -> fit {
    auto const word = [&](std::uint32_t offset) { return on.block.read<std::uint16_t>(offset); };
    auto const count = rings.count_of(which);
    auto const available = at.rings[which].available;
    auto const index = word(available + 2);
    auto total = fit{};
    total.bad += word(available) > 1 ? 1u : 0u;
    auto const is_prefilled = rings.dialect.prefilled and which == 1;
    if (word(at.rings[which].used) > 1 or
        not lent_count(index, word(at.rings[which].used + 2), static_cast<std::int32_t>(count), is_prefilled)) {
        ++total.bad;
    }
    auto const size = rings.size_of(which);
    auto const start = rings.device_base + at.ring_buffers[which];
    auto const is_fixed = which == 0 or not faces_linux(rings.dialect);
    auto const rate = [&](std::uint32_t id) {
        auto const d = on.block.read<rpmsg::wire::descriptor>(at.rings[which].descriptors + 16 * id);
        auto const slot = d.address - start;
        auto const is_there = on.link.has_windows() ? on.link.admits(d.address, std::min(d.length, size))
                                                    : slot % size == 0 and slot / size < count;
        auto const is_whole = is_fixed ? d.length == size : d.length >= 16 and d.length <= size;
        auto const is_flagged =
            which == 0 ? d.flags == rpmsg::wire::descriptor_flag::write : (d.flags & ~rpmsg::wire::descriptor_flag::write) == 0;
        ++(is_there and is_whole and is_flagged ? total.good : total.bad);
    };
    // A driver may describe all buffers of ring 1 at its start; Linux and OpenAMP do it when they use one.
    auto const is_written = [&](std::uint32_t id) {
        return on.block.read<rpmsg::wire::descriptor>(at.rings[which].descriptors + 16 * id).length != 0;
    };
    if (is_prefilled and is_written(0)) { // the driver returns all of them itself
        auto const returned = word(at.rings[which].used + 2);
        total.good += returned != 0 ? 1u : 0u;
        total.bad += returned == 0 and index == 0 ? 1u : 0u;
    }
    for (std::uint32_t id = 0; which == 1 and is_fixed and id < count; ++id) {
        if (is_written(id)) {
            rate(id);
        }
    }
    auto is_named = std::vector<char>(count);
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(index, count); ++i) {
        auto const position = static_cast<std::uint16_t>(index - 1u - i) % count;
        auto const id = word(available + 4 + 2 * position);
        if (id >= count) {
            ++total.bad;
        } else if (std::exchange(is_named[id], char{1}) == 0 and (which == 0 or not is_fixed or not is_written(id))) {
            rate(id);
        }
    }
    return total;
}
inline auto fits_of_driver(examination const& on, rpmsg::vring_config const& rings) -> std::array<fit, 2> {
    auto const at = place_block(rings);
    if (at.size > on.block.size()) {
        return {fit{.bad = 1}, fit{.bad = 1}};
    }
    return {fit_of_ring(on, rings, at, 0), fit_of_ring(on, rings, at, 1)};
}
inline auto sum_of(std::array<fit, 2> const& both) -> fit { return {both[0].good + both[1].good, both[0].bad + both[1].bad}; }

/// Returns the distance of the buffers that a ring describes, or 0 when fewer than two are seen. Linux's descriptors of ring 1
/// have the length of their message.
inline auto distance_of_buffers(ring_reading const& ring) -> std::uint32_t {
    auto distance = std::uint64_t{};
    auto first = std::optional<std::uint64_t>{};
    for (auto const& d : ring.descriptors) {
        if (d.address != 0) {
            first = first.value_or(d.address);
            distance = std::gcd(distance, d.address - *first);
        }
    }
    return distance <= 65536 ? static_cast<std::uint32_t>(distance) : 0;
}

/// Adds the configurations that follow from the descriptors of a place of the rings: base, buffer sizes, and distance of the
/// rings.
inline auto add_derived(variants& all, examination const& on, variant const& from) -> void {
    auto const at = place_block(from.rings);
    if (at.size > on.block.size() or on.link.has_windows()) {
        return;
    }
    auto const read = [&](std::uint32_t which) {
        return read_ring(on.block, at.rings[which], from.rings.count_of(which), from.rings.dialect.used_event_word);
    };
    auto const ring_0 = read(0);
    auto const size_of_first = [&](ring_reading const& ring) {
        auto const is_written = [](auto const& d) { return d.length != 0; };
        auto const first = std::find_if(ring.descriptors.begin(), ring.descriptors.end(), is_written);
        return first == ring.descriptors.end() ? 0 : first->length;
    };
    if (ring_0.available_index == 0) {
        return;
    }
    auto const lowest =
        std::min_element(ring_0.descriptors.begin(), ring_0.descriptors.end(), [](auto const& l, auto const& r) {
            return l.address < r.address;
        })->address;
    add_base(all, from, lowest - at.ring_buffers[0]);
    add_stride(all, from, (lowest - from.rings.device_base - at.rings[0].descriptors) / 2);
    auto const ring_1 = read(1);
    auto const is_fixed = not faces_linux(from.rings.dialect);
    auto const sizes = std::array{size_of_first(ring_0), is_fixed ? size_of_first(ring_1) : distance_of_buffers(ring_1)};
    if (sizes[0] != from.rings.size_of(0) or (sizes[1] != 0 and sizes[1] != from.rings.size_of(1))) {
        add_sizes(all, from, sizes);
    }
}

/// Keeps of the candidates those that explain the most of what the driver wrote and contradict nothing.
inline auto keep_best(variants& best, std::uint32_t& most, examination const& on, variants candidates) -> void {
    for (auto& candidate : candidates) {
        auto const found = sum_of(fits_of_driver(on, candidate.rings));
        if (found.bad != 0 or found.good < most or (found.good == most and best.empty())) {
            continue;
        }
        if (found.good > most) {
            best.clear();
            most = found.good;
        }
        best.push_back(std::move(candidate));
    }
}

/// Returns whether what the driver wrote in each ring fits the shared block, or most of it.
inline auto fits_driver(examination const& on, bool is_wholly) -> bool {
    auto const now = fits_of_driver(on, on.rings());
    auto const fits = [&](fit const& it) { return it.bad <= (is_wholly ? 0 : it.good / 2); };
    return fits(now[0]) and fits(now[1]) and now[0].good > 0;
}

/// Returns the configurations with one other field that fit the driver's part of memory, if the shared block does not.
inline auto guess_driver(examination const& on) -> variants {
    if (fits_driver(on, true)) {
        return {};
    }
    auto best = variants{};
    auto most = sum_of(fits_of_driver(on, on.rings())).good;
    auto const own = variant{.rings = on.rings(), .changes = {}};
    auto all = places_of(own);
    add_derived(all, on, own);
    keep_best(best, most, on, std::move(all));
    return best;
}
/// As above with two other fields, if most contradicts the shared block.
inline auto guess_driver_twice(examination const& on) -> variants {
    if (fits_driver(on, false)) {
        return {};
    }
    auto best = variants{};
    auto most = sum_of(fits_of_driver(on, on.rings())).good;
    auto const own = variant{.rings = on.rings(), .changes = {}};
    auto const places = places_of(own);
    auto pairs = variants{};
    for (auto const& one : places) {
        add_derived(pairs, on, one);
        auto more = places_of(one);
        pairs.insert(pairs.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    auto derived = variants{};
    add_derived(derived, on, own);
    for (auto const& one : derived) {
        add_derived(pairs, on, one);
    }
    keep_best(best, most, on, std::move(pairs));
    return best;
}

/// As above with one field, or two where one does not suffice.
inline auto guess_driver_at_all(examination const& on) -> variants {
    auto const one = guess_driver(on);
    return one.empty() ? guess_driver_twice(on) : one;
}

/// Rates what the device wrote in one ring, compared with what the driver published there.
inline auto fit_of_device(examination const& on, rpmsg::vring_config const& rings, std::uint32_t which, std::uint16_t published)
    -> fit {
    auto total = fit{};
    auto const ring =
        read_ring(on.block, place_block(rings).rings[which], on.rings().count_of(which), rings.dialect.used_event_word);
    auto const prefilled = on.rings().dialect.prefilled and which == 1;
    total.bad += ring.used_flags > 1 ? 1 : 0;
    if (not lent_count(published, ring.used_index, on.count(which), prefilled)) {
        ++total.bad;
        return total;
    }
    total.good += ring.used_index != 0 ? 1 : 0;
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(ring.used_index, ring.count()); ++i) {
        auto const [id, length] = ring.used[static_cast<std::uint16_t>(ring.used_index - 1 - i) % ring.count()];
        ++(id < ring.count() and length >= 16 and length <= on.rings().size_of(which) ? total.good : total.bad);
    }
    return total;
}

/// Returns the configurations that fit the used ring of the device, if that of the shared block does not.
inline auto guess_device(examination const& on, std::uint32_t which, std::uint16_t published) -> variants {
    if (auto const now = fit_of_device(on, on.rings(), which, published); now.good > now.bad) {
        return {};
    }
    auto best = variants{};
    auto most = std::uint32_t{1};
    auto const is_taken = [&](std::uint32_t start) { // by the parts that are where they should be
        auto const counts = on.rings().counts();
        auto const entries = std::min<std::uint32_t>(on.block.read<std::uint16_t>(start + 2ull), counts[which]);
        auto const used_size = 4 + 8 * entries;
        auto const meets = [&](std::uint32_t part, std::uint32_t size) {
            return start < part + size and part < start + used_size;
        };
        auto is_met = meets(on.at.rings[1 - which].used, 8 * counts[1 - which] + 6);
        for (std::uint32_t i = 0; i < 2; ++i) {
            auto const& ring = on.at.rings[i];
            is_met = is_met or meets(ring.descriptors, 16 * counts[i]) or meets(ring.available, 2 * counts[i] + 6);
        }
        return is_met;
    };
    for (auto& candidate : places_of({.rings = on.rings(), .changes = {}})) {
        auto const there = place_block(candidate.rings).rings[which].used;
        auto const found = fit_of_device(on, candidate.rings, which, published);
        if (there == on.at.rings[which].used or is_taken(there) or found.bad != 0 or found.good < most or found.good < 2) {
            continue;
        }
        if (found.good > most) {
            best.clear();
            most = found.good;
        }
        best.push_back(std::move(candidate));
    }
    return best;
}

/// Returns the configurations with one other field that have this fingerprint.
inline auto guess_fingerprint(rpmsg::shared_block const& link, std::uint32_t fingerprint) -> variants {
    auto const own = variant{.rings = link.rings, .changes = {}};
    auto all = places_of(own);
    add_change(all, own, link.rings.event_index ? "event_index = false" : "event_index = true",
               [](auto& r) { r.event_index = not r.event_index; });
    for (auto const base : {std::uint64_t{0}, link.host_base, link.remote_base}) {
        add_base(all, own, base);
    }
    for (std::uint64_t stride = 0; stride <= link.size; stride += link.rings.alignment) {
        add_stride(all, own, stride);
    }
    for (std::uint32_t size = 20; size <= 65536; size += size < 4096 ? 4 : 256) {
        add_change(all, own, words("buffer_size = ", size), [&](auto& r) { r.buffer_size = size; });
        add_change(all, own, words("host_to_remote = ", size), [&](auto& r) { r.host_to_remote = size; });
        add_change(all, own, words("remote_to_host = ", size), [&](auto& r) { r.remote_to_host = size; });
    }
    add_sizes(all, own, {link.rings.size_of(1), link.rings.size_of(0)});
    std::erase_if(all, [&](variant const& one) { return one.rings.fingerprint() != fingerprint; });
    return all;
}

} // namespace doctor
