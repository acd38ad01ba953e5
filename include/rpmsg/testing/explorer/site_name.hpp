#pragma once

#include <rpmsg/platform/site.hpp>

#include <cstddef>
#include <string_view>

namespace rpmsg::testing {

/// Returns a readable name of a site.
[[nodiscard]] constexpr auto describe(site where) -> std::string_view {
    constexpr std::string_view names[] = {
        "peer_index",       "own_index",       "adopted_index",    "peer_entry",    "peer_entry_length", "own_entry",
        "own_entry_length", "own_flags",       "own_event",        "peer_flags",    "peer_event",        "doorbell_fence",
        "arm_fence",        "descriptor_load", "descriptor_store", "header_load",   "header_store",      "ring_clear",
        "status_load",      "status_store",    "control_load",     "control_store", "restart_fence"};
    static_assert(sizeof(names) / sizeof(names[0]) == static_cast<std::size_t>(site::count_));
    return names[static_cast<std::size_t>(where)];
}

/// Returns whether the site loads memory that a peer stores.
[[nodiscard]] constexpr auto loads_from_peer(site where) -> bool {
    switch (where) {
    case site::peer_index:
    case site::adopted_index:
    case site::peer_entry:
    case site::peer_entry_length:
    case site::peer_flags:
    case site::peer_event:
    case site::descriptor_load:
    case site::header_load:
    case site::status_load:
    case site::control_load: return true;
    default: return false;
    }
}

/// Returns a readable name of an order.
[[nodiscard]] constexpr auto describe(order how) -> std::string_view {
    switch (how) {
    case order::acquire: return "acquire";
    case order::release: return "release";
    case order::full: return "full";
    default: return "relaxed";
    }
}

} // namespace rpmsg::testing
