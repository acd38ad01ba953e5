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
    unclaimed, ///< a create that no endpoint takes
    withdrawn, ///< a destroy that no endpoint is bound to
};
struct name_verdict {
    name_match match{};
    std::uint32_t index = no_index;
};

/// Finds the endpoint that an announcement is for: the first of this name that is unbound, or bound to that very
/// address. A second create of a bound name does not take it over; an acknowledge binds only who is unbound (WIRE 1.4).
constexpr auto judge(endpoint_table auto& table, wire::announcement const& announced) -> name_verdict {
    auto const destroys = announced.kind == wire::announcement_kind::destroy;
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        auto const& state = table.state(i);
        auto const candidate = state.is_used and not state.must_withdraw and not state.has_fixed_peer;
        if (not candidate or table.name(i) != announced.service()) {
            continue;
        }
        auto const is_ours = state.is_bound and (state.peer_address == announced.where or
                                                 (destroys and announced.where == any_address));
        if (destroys and is_ours) {
            return {.match = name_match::unbinds, .index = i};
        }
        if (not destroys and is_ours) {
            return {.match = name_match::nothing};
        }
        if (not destroys and not state.is_bound) {
            return {.match = name_match::binds, .index = i};
        }
    }
    switch (announced.kind) {
    case wire::announcement_kind::create: return {.match = name_match::unclaimed};
    case wire::announcement_kind::destroy: return {.match = name_match::withdrawn};
    default: return {};
    }
}

/// The announcement that an endpoint owes the peer; call it only while one of the `must_` flags is set. With an
/// acknowledged name service a bound endpoint acknowledges instead of creating (WIRE 1.3).
constexpr auto owed_announcement(endpoint_table auto& table, std::uint32_t i, bool acknowledged) -> wire::announcement {
    auto const& state = table.state(i);
    auto kind = wire::announcement_kind::create;
    if (state.must_withdraw) {
        kind = wire::announcement_kind::destroy;
    } else if (acknowledged and state.is_bound) {
        kind = wire::announcement_kind::acknowledge;
    }
    return wire::announce(table.name(i), table.local(i), kind);
}

} // namespace rpmsg::detail
