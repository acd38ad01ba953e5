#pragma once

#include <rpmsg/wire/virtio/dialect.hpp>

#include "examination.hpp"
#include "ring_reading.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace doctor {

/// A configuration that one side may have instead of the shared block's, and the field that differs.
struct variant {
    rpmsg::vring_config rings{};
    std::string field{};
    std::string value{};
};

/// Returns all configurations that differ from `rings` in one field that moves the rings.
inline auto variants_of(rpmsg::vring_config const& rings) -> std::vector<variant> {
    auto all = std::vector<variant>{};
    auto const add = [&](std::string field, auto value, auto change) {
        auto other = rings;
        change(other);
        if (broken_block_rule(other) == rpmsg::link_rule::none) {
            all.push_back({other, std::move(field), words(value)});
        }
    };
    for (std::uint32_t buffers = 1; buffers <= 32768; buffers *= 2) {
        if (buffers != rings.buffers) {
            add("buffers", buffers, [&](auto& r) { r.buffers = static_cast<std::uint16_t>(buffers); });
        }
    }
    for (std::uint32_t alignment = 4; alignment <= 0x1'0000; alignment *= 2) {
        if (alignment != rings.alignment) {
            add("alignment", alignment, [&](auto& r) { r.alignment = alignment; });
        }
    }
    for (std::uint32_t stride : {0u, 0x1000u, 0x2000u, 0x4000u, 0x8000u, 0x10000u, 0x10'0000u}) {
        if (stride != rings.ring_stride) {
            add("ring_stride", stride, [&](auto& r) { r.ring_stride = stride; });
        }
    }
    for (auto const& other : known_dialects) {
        if (other.value != rings.dialect) {
            add("dialect", other.name, [&](auto& r) {
                r.dialect = other.value;
                r.event_index = r.event_index and rpmsg::may_have_event_index(other.value);
            });
        }
    }
    return all;
}

/// How well memory fits a configuration: facts for it, facts against it, and buffers of ring 0 exactly where the configuration
/// has one.
struct fit {
    std::uint32_t good{};
    std::uint32_t bad{};
    std::uint32_t exact{};
};

/// Rates what the driver wrote: flags, index, entries, and the descriptors that these name.
inline auto fit_of_driver(examination const& on, rpmsg::vring_config const& rings) -> fit {
    auto const at = place_block(rings);
    auto total = fit{};
    if (at.size > on.block.size()) {
        return {.bad = 1};
    }
    auto const start = rings.device_base + at.ring_buffers[0];
    auto const buffers =
        rpmsg::address_window{.start = start, .size = static_cast<std::uint32_t>(at.size - at.ring_buffers[0])};
    for (std::uint32_t which = 0; which < 2; ++which) {
        auto const ring = read_ring(on.block, at.rings[which], rings.buffers, rings.dialect.used_event_word);
        total.bad += ring.available_flags > 1 ? 1 : 0;
        for (std::uint32_t i = 0; i < std::min<std::uint32_t>(ring.available_index, rings.buffers); ++i) {
            auto const id = ring.available[static_cast<std::uint16_t>(ring.available_index - 1 - i) % ring.count()];
            if (id >= ring.count()) {
                ++total.bad;
                continue;
            }
            auto const& d = ring.descriptors[id];
            auto const is_inside = on.link.has_windows() ? on.link.admits(d.address, 16) : buffers.holds(d.address, 16);
            auto const is_good = is_inside and d.length >= 16 and d.length <= 65536 and (d.flags & ~2u) == 0;
            ++(is_good ? total.good : total.bad);
            total.exact += is_good and which == 0 and (d.address - start) % d.length == 0 ? 1 : 0;
        }
    }
    return total;
}

/// Rates what the device wrote in one ring, compared with what the driver published there.
inline auto fit_of_device(examination const& on, rpmsg::vring_config const& rings, std::uint32_t which, std::uint16_t published)
    -> fit {
    auto total = fit{};
    auto const ring = read_ring(on.block, place_block(rings).rings[which], on.rings().buffers, rings.dialect.used_event_word);
    auto const prefilled = on.rings().dialect.prefilled and which == 1;
    total.bad += ring.used_flags > 1 ? 1 : 0;
    if (not lent_count(published, ring.used_index, on.count(), prefilled)) {
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

/// Variants that fit memory equally well, one for each field. Their text is "buffers = 16 or ...".
using guesses = std::vector<variant>;
inline auto describe(guesses const& variants) -> std::string {
    auto text = std::string{};
    for (auto const& one : variants) {
        text += words(text.empty() ? "" : " or ", one.field, " = ", one.value);
    }
    return text;
}
inline auto add_to(guesses& variants, variant candidate) -> void {
    if (std::none_of(variants.begin(), variants.end(), [&](auto const& v) { return v.field == candidate.field; })) {
        variants.push_back(std::move(candidate));
    }
}

/// Returns the variants that fit the driver's part of memory, if most of that contradicts the shared block.
inline auto guess_driver(examination const& on) -> guesses {
    auto const now = fit_of_driver(on, on.rings());
    if (now.bad <= now.good / 2 and now.exact > 0) {
        return {};
    }
    auto best = guesses{};
    auto most = now.exact;
    for (auto& candidate : variants_of(on.rings())) {
        auto const found = fit_of_driver(on, candidate.rings);
        if (found.bad == 0 and found.exact > most) {
            best.clear();
            most = found.exact;
        }
        if (found.bad == 0 and found.exact == most and most > now.exact) {
            add_to(best, std::move(candidate));
        }
    }
    return best;
}

/// Returns the variants that fit the used ring of the device.
inline auto guess_device(examination const& on, std::uint32_t which, std::uint16_t published) -> guesses {
    if (auto const now = fit_of_device(on, on.rings(), which, published); now.good > now.bad) {
        return {};
    }
    auto best = guesses{};
    auto const ring_size = 8u * on.rings().buffers + 6;
    for (auto& candidate : variants_of(on.rings())) {
        auto const there = place_block(candidate.rings).rings[which].used;
        auto const other = on.at.rings[1 - which].used;
        auto const is_other_ring = there < other + ring_size and other < there + ring_size;
        auto const found = fit_of_device(on, candidate.rings, which, published);
        auto const is_elsewhere = there != on.at.rings[which].used and not is_other_ring;
        auto const is_same_place = best.empty() or place_block(best.front().rings).rings[which].used == there;
        if (is_elsewhere and is_same_place and found.bad == 0 and found.good > 1) {
            add_to(best, std::move(candidate));
        }
    }
    return best;
}

/// Returns the one field whose change gives this fingerprint.
inline auto guess_fingerprint(rpmsg::shared_block const& link, std::uint32_t fingerprint) -> std::optional<variant> {
    auto found = std::optional<variant>{};
    auto const attempt = [&](std::string_view field, auto value, auto change) {
        auto other = link.rings;
        change(other);
        if (not found and other.fingerprint() == fingerprint) {
            found = variant{other, std::string{field}, words(value)};
        }
    };
    for (auto const& candidate : variants_of(link.rings)) {
        if (candidate.rings.fingerprint() == fingerprint) {
            return candidate;
        }
    }
    attempt("event_index", link.rings.event_index ? "false" : "true", [](auto& r) { r.event_index = not r.event_index; });
    attempt("host_to_remote and remote_to_host", "each other's size", [](auto& r) {
        auto const to_remote = r.size_of(1);
        r.host_to_remote = r.size_of(0);
        r.remote_to_host = to_remote;
    });
    for (auto const base : {std::uint64_t{0}, link.host_base, link.remote_base}) {
        attempt("device_base", hex{base}, [&](auto& r) { r.device_base = base; });
    }
    for (std::uint32_t size = 20; size <= 65536 and not found; size += size < 4096 ? 4 : 256) {
        attempt("buffer_size", size, [&](auto& r) { r.buffer_size = size; });
        attempt("host_to_remote", size, [&](auto& r) { r.host_to_remote = size; });
        attempt("remote_to_host", size, [&](auto& r) { r.remote_to_host = size; });
    }
    return found;
}

} // namespace doctor
