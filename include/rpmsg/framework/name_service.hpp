#pragma once

#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The effect of an announcement on a table.
enum class name_match : std::uint8_t {
    nothing,   ///< no effect
    binds,     ///< endpoint `index` is bound to the announced address, or was before
    unbinds,   ///< endpoint `index` is unbound
    unclaimed, ///< a create that matches no unbound endpoint; `index` has the name and another peer, if there is one
    withdrawn, ///< a destroy of an address to which no endpoint is bound
};
struct matched_name {
    name_match match{};
    std::uint32_t index = no_index;
};

/// Finds the endpoint that an announcement matches: the first with this name that is unbound, or bound to the announced
/// address. A create from another address does not rebind a bound name, nor does an acknowledge (NuttX,
/// drivers/rpmsg/rpmsg.c). `is_named(i)` returns whether endpoint i has the announced name; `next(i)` returns the index
/// that is checked after i, and the first one for `no_index`.
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
        auto const is_same = peer == announced.where;
        if (destroys) {
            if (is_bound and (is_same or announced.where == any_address)) {
                return {.match = name_match::unbinds, .index = i};
            }
        } else if (is_same or not is_bound) {
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
/// The same with a check of each endpoint.
constexpr auto match_announcement(endpoint_table auto& table, wire::announced const& announced, auto&& is_named)
    -> matched_name {
    return match_announcement(table, announced, is_named, [](std::uint32_t i) { return i + 1; });
}
/// The same for an announcement that contains its name.
constexpr auto match_announcement(endpoint_table auto& table, wire::announcement const& announced) -> matched_name {
    auto const is_named = [&](std::uint32_t i) { return wire::is_same(table.name(i), announced.name); };
    if constexpr (requires { table.first_named(announced.name); }) {
        return match_announcement(table, {announced.where, announced.kind}, is_named, [&](std::uint32_t i) {
            return i == no_index ? table.first_named(announced.name) : table.next_named(i, announced.name);
        });
    } else {
        return match_announcement(table, {announced.where, announced.kind}, is_named);
    }
}

} // namespace rpmsg::detail
