#pragma once

#include <rpmsg/transport/vring/rules.hpp>

#include "finding.hpp"
#include "placement.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doctor {

/// A configuration that one side may have instead of the shared block's, with its differences as text: "buffers = 16".
struct variant {
    rpmsg::vring_config rings{};
    std::vector<std::string> changes{};
};
using variants = std::vector<variant>;

/// Returns the differences of each variant as text, once each: "buffers = 16 or alignment = 8 and ring_stride = 512".
inline auto texts_of(variants const& all) -> std::vector<std::string> {
    auto texts = std::vector<std::string>{};
    for (auto const& one : all) {
        auto text = std::string{};
        for (auto const& change : one.changes) {
            text += words(text.empty() ? "" : " and ", change);
        }
        if (std::find(texts.begin(), texts.end(), text) == texts.end()) {
            texts.push_back(std::move(text));
        }
    }
    return texts;
}
inline auto describe(std::vector<std::string> const& texts) -> std::string {
    auto all = std::string{};
    for (auto const& text : texts) {
        all += words(all.empty() ? "" : " or ", text);
    }
    return all;
}

/// Lowers the batch to what the rings allow: it leaves no trace in memory.
inline auto limit_batch(rpmsg::vring_config& rings) -> void {
    rings.batch = static_cast<std::uint16_t>(std::min<std::uint32_t>(rings.batch, rings.least_buffers()));
}

/// Whether two configurations mean the same: a common count may also be given per direction.
inline auto is_same(rpmsg::vring_config one, rpmsg::vring_config other) -> bool {
    if (one.counts() != other.counts()) {
        return false;
    }
    for (auto* each : {&one, &other}) {
        each->buffers = each->host_to_remote_buffers = each->remote_to_host_buffers = 0;
    }
    return one == other;
}

/// Adds a configuration with one further change, unless it breaks a rule or has the same rings.
inline auto add_change(variants& all, variant const& from, std::string change, auto apply) -> void {
    auto other = from;
    apply(other.rings);
    if (broken_block_rule(other.rings) == rpmsg::link_rule::none and not is_same(other.rings, from.rings)) {
        other.changes.push_back(std::move(change));
        all.push_back(std::move(other));
    }
}

/// Adds the configurations with other buffer sizes that have these sizes, 0 for a size that is not known; those that change one
/// direction come first.
inline auto add_sizes(variants& all, variant const& from, std::array<std::uint32_t, 2> const& sizes) -> void {
    auto found = variants{};
    add_change(found, from, words("remote_to_host = ", sizes[0]), [&](auto& r) { r.remote_to_host = sizes[0]; });
    add_change(found, from, words("host_to_remote = ", sizes[1]), [&](auto& r) { r.host_to_remote = sizes[1]; });
    add_change(found, from, "host_to_remote and remote_to_host exchanged", [&](auto& r) {
        auto const to_remote = r.size_of(1);
        r.host_to_remote = r.size_of(0);
        r.remote_to_host = to_remote;
    });
    for (auto const size : sizes) {
        add_change(found, from, words("buffer_size = ", size), [&](auto& r) { r.buffer_size = size; });
    }
    for (auto& one : found) {
        auto const fits = [&](std::uint32_t ring) { return sizes[ring] == 0 or one.rings.size_of(ring) == sizes[ring]; };
        if (fits(0) and fits(1)) {
            all.push_back(std::move(one));
        }
    }
}

/// Returns all configurations that differ in one of the fields with few values that move the rings.
inline auto places_of(variant const& from) -> variants {
    auto all = variants{};
    for (std::uint32_t buffers = 1; buffers <= 32768; buffers *= 2) {
        for (auto const& [field, member] :
             {std::pair{"buffers", &rpmsg::vring_config::buffers},
              std::pair{"host_to_remote_buffers", &rpmsg::vring_config::host_to_remote_buffers},
              std::pair{"remote_to_host_buffers", &rpmsg::vring_config::remote_to_host_buffers}}) {
            add_change(all, from, words(field, " = ", buffers), [&, member = member](auto& r) {
                r.*member = static_cast<std::uint16_t>(buffers);
                limit_batch(r);
            });
        }
    }
    add_change(all, from, "host_to_remote_buffers and remote_to_host_buffers exchanged", [&](auto& r) {
        auto const to_remote = r.count_of(1);
        r.host_to_remote_buffers = static_cast<std::uint16_t>(r.count_of(0));
        r.remote_to_host_buffers = static_cast<std::uint16_t>(to_remote);
    });
    for (std::uint32_t alignment = 4; alignment <= 0x10'0000; alignment *= 2) {
        add_change(all, from, words("alignment = ", alignment), [&](auto& r) { r.alignment = alignment; });
    }
    for (auto const& other : known_dialects) {
        add_change(all, from, words("dialect = ", other.name), [&](auto& r) {
            r.dialect = other.value;
            r.event_index = r.event_index and rpmsg::may_have_event_index(other.value);
        });
    }
    return all;
}

inline auto add_stride(variants& all, variant const& from, std::uint64_t stride) -> void {
    if (stride < 0x0400'0000) {
        add_change(all, from, words("ring_stride = ", stride),
                   [&](auto& r) { r.ring_stride = static_cast<std::uint32_t>(stride); });
    }
}
inline auto add_base(variants& all, variant const& from, std::uint64_t base) -> void {
    add_change(all, from, words("device_base = ", hex{base}), [&](auto& r) { r.device_base = base; });
}

} // namespace doctor
