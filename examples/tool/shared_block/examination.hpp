#pragma once

#include <rpmsg/transport/vring/shared_block.hpp>

#include "finding.hpp"
#include "memory.hpp"
#include "placement.hpp"
#include "variants.hpp"
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doctor {

/// The input and the output of every rule.
struct examination {
    rpmsg::shared_block link; ///< has the driver's own base once that is reported: further checks use it
    placement at;
    memory block;
    findings found{};
    std::optional<rpmsg::vring_config> table_rings{}; ///< what the rings in the table fit, where it is not the shared block

    auto add(weight how, side whose, std::string field, std::string text) -> void {
        found.push_back({how, whose, std::move(field), std::move(text)});
    }
    auto wrong(side whose, std::string field, std::string text) -> void {
        add(weight::wrong, whose, std::move(field), std::move(text));
    }
    /// Reports a field with the differences of a configuration that fit it.
    auto wrong(side whose, std::string field, std::string const& fact, std::vector<std::string> candidates) -> void {
        auto text = words(fact, ": looks as if the ", name_of(whose), " was built with ", describe(candidates));
        found.push_back({weight::wrong, whose, std::move(field), std::move(text), std::move(candidates)});
    }
    auto note(side whose, std::string field, std::string text) -> void {
        add(weight::note, whose, std::move(field), std::move(text));
    }
    /// Continues with the configuration that a side has after it was reported.
    auto follow(rpmsg::vring_config const& rings) -> void {
        link.rings = rings;
        at = place_block(rings);
    }
    /// Reports a field of a side that is not `expected`.
    auto compare(side whose, std::string const& field, std::uint64_t found_value, std::uint64_t expected) -> bool {
        if (found_value == expected) {
            return true;
        }
        auto const is_address = expected > 0xffff or found_value > 0xffff;
        wrong(whose, field,
              is_address ? words("is ", hex{found_value}, ", the shared block says ", hex{expected})
                         : words("is ", found_value, ", the shared block says ", expected));
        return false;
    }

    [[nodiscard]] auto rings() const -> rpmsg::vring_config const& { return link.rings; }
    /// Returns the number of buffers of a ring.
    [[nodiscard]] auto count(std::uint32_t ring) const -> std::int32_t {
        return static_cast<std::int32_t>(link.rings.count_of(ring));
    }
    /// Returns the side that fills the resource table.
    [[nodiscard]] auto table_owner() const -> side { return at.has_boot ? side::driver : side::device; }
    [[nodiscard]] auto buffers_size() const -> std::uint32_t {
        return static_cast<std::uint32_t>(at.size - at.ring_buffers[0]);
    }

    /// Returns whether a buffer may be there.
    [[nodiscard]] auto admits(std::uint64_t address, std::uint32_t length) const -> bool {
        if (link.has_windows()) {
            return link.admits(address, length);
        }
        auto const start = link.rings.device_base + at.ring_buffers[0];
        return rpmsg::address_window{.start = start, .size = buffers_size()}.holds(address, length);
    }
};

/// Returns how many buffers of a ring the device holds, or nothing when the indices are invalid. rpmsg-lite's driver starts
/// with all buffers of ring 1 returned.
constexpr auto lent_count(std::uint16_t available, std::uint16_t used, std::int32_t count, bool prefilled)
    -> std::optional<std::int32_t> {
    auto const ahead = static_cast<std::int32_t>(static_cast<std::int16_t>(static_cast<std::uint16_t>(available - used)));
    if (prefilled and (available != 0 or used != 0)) {
        return ahead <= 0 and ahead >= -count ? std::optional{count + ahead} : std::nullopt;
    }
    if (ahead >= 0 and ahead <= count) {
        return ahead;
    }
    return {};
}

/// Returns a text like "ring 0 used.index".
inline auto field_of(std::uint32_t ring, std::string_view field) -> std::string { return words("ring ", ring, " ", field); }

} // namespace doctor
