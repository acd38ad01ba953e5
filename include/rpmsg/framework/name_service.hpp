#pragma once

#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// What an announcement means for a table.
enum class name_match : std::uint8_t {
    nothing,   ///< ignored
    binds,     ///< endpoint `index` gets the announced peer
    unbinds,   ///< endpoint `index` loses its peer
    unclaimed, ///< a create that no endpoint takes; `index` is one of the name that is bound to another address, if any
    withdrawn, ///< a destroy that no endpoint is bound to
};
struct matched_name {
    name_match match{};
    std::uint32_t index = no_index;
};

/// Finds the endpoint that an announcement is for: the first of this name that is unbound, or bound to that very
/// address. A second create of a bound name does not take it over; an acknowledge binds only who is unbound (NuttX,
/// drivers/rpmsg/rpmsg.c). `is_named(i)` tells whether endpoint i has the announced name, `next(i)` which one
/// is looked at after endpoint i, or after `no_index` the first.
constexpr auto match_announcement(endpoint_table auto& table, wire::announced const& announced, auto&& is_named, auto&& next)
    -> matched_name {
    auto const destroys = announced.kind == wire::announcement_kind::destroy;
    auto bound_elsewhere = no_index;
    for (auto i = next(no_index); i < table.size(); i = next(i)) {
        auto const may_match = table.is_live(i) and table.fixed_peer(i) == any_address;
        if (not may_match or not is_named(i)) {
            continue;
        }
        auto const peer = table.state(i).peer();
        auto const is_bound = peer != any_address;
        auto const is_ours = is_bound and (peer == announced.where or (destroys and announced.where == any_address));
        if (destroys and is_ours) {
            return {.match = name_match::unbinds, .index = i};
        }
        if (not destroys and is_ours) {
            return {.match = name_match::nothing};
        }
        if (not destroys and not is_bound) {
            return {.match = name_match::binds, .index = i};
        }
        bound_elsewhere = i;
    }
    switch (announced.kind) {
    case wire::announcement_kind::create: return {.match = name_match::unclaimed, .index = bound_elsewhere};
    case wire::announcement_kind::destroy: return {.match = name_match::withdrawn};
    default: return {};
    }
}
/// The same where each endpoint may be meant.
constexpr auto match_announcement(endpoint_table auto& table, wire::announced const& announced, auto&& is_named)
    -> matched_name {
    return match_announcement(table, announced, is_named, [](std::uint32_t i) { return i + 1; });
}
/// The same for an announcement with its name.
constexpr auto match_announcement(endpoint_table auto& table, wire::announcement const& announced) -> matched_name {
    auto const is_named = [&](std::uint32_t i) { return wire::is_same(table.name(i), announced.name); };
    if constexpr (requires { table.first_named(announced.name); }) {
        return match_announcement(table, {announced.where, announced.kind}, is_named, [&](std::uint32_t i) {
            return i == no_index ? table.first_named(announced.name) : table.next_named(i);
        });
    } else {
        return match_announcement(table, {announced.where, announced.kind}, is_named);
    }
}

} // namespace rpmsg::detail
