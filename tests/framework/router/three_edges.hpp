#pragma once

#include <rpmsg/framework/router/route_table.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The names of a hub with three edges, which the test plays.
namespace three {
using namespace rpmsg;
using kind = wire::announcement_kind;

/// "a" and "b" know routers, "c" is plain and acknowledges nothing.
struct three_edges {
    static constexpr std::uint32_t count = 3;
    static constexpr std::uint32_t routes = 4;
    static constexpr std::array<std::string_view, 3> names{"a", "b", "c"};
    static constexpr std::array<bool, 3> is_plain{false, false, true};
    static constexpr std::array<bool, 3> acknowledged{true, true, false};
    static constexpr std::array<std::uint32_t, 3> quota{2, 1, 2};
};
using table = detail::route_table<three_edges>;

struct lengths {
    std::uint32_t tx;
    std::uint32_t rx;
};
constexpr auto path = [](std::uint32_t, std::uint32_t) { return lengths{100, 200}; };

constexpr auto announce(table& it, std::uint32_t link, std::string_view name, std::uint32_t where, kind what) -> counter {
    auto const made = wire::announce(name, address{where}, what);
    return it.on_announcement(link, std::bit_cast<std::array<std::byte, sizeof made>>(made));
}
/// The next announcement of the hub on a link, after any commands.
constexpr auto next(table& it, std::uint32_t link) -> wire::announcement {
    auto out = rpmsg::detail::hub_message{};
    while (it.next(link, out, path)) {
        if (out.destination == name_service_address) {
            return load<wire::announcement>(out.content);
        }
    }
    return {};
}
constexpr auto is(wire::announcement const& it, std::string_view name, kind what) -> bool {
    return it.service() == name and it.kind == what;
}
constexpr auto joined() -> table {
    auto it = table{};
    it.link_up(0);
    it.link_up(1);
    check(is(next(it, 0), "router:b", kind::create) and is(next(it, 0), "router:c", kind::create));
    check(is(next(it, 1), "router:a", kind::create) and is(next(it, 1), "router:c", kind::create));
    check(announce(it, 0, "router:b", 500, kind::acknowledge) == counter::count_ and not it.is_joined(0, 1));
    check(announce(it, 1, "router:a", 600, kind::acknowledge) == counter::count_ and it.is_joined(0, 1));
    return it;
}

} // namespace three
