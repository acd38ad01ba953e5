#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Two edges without a link between them talk through a hub that has a link to each (NuttX, drivers/rpmsg/rpmsg_router.h). On the
// link to edge A the hub has an endpoint "router:B" for each other edge B, and for each service N between A and B one "r:B:N".
namespace rpmsg::wire {

/// Before the name of the other edge, in the name of the endpoint that tells an edge of it.
inline constexpr auto router_prefix = std::string_view{"router:"};
/// Before the name of the other edge and a colon, in the name of an endpoint that carries a service.
inline constexpr auto route_prefix = std::string_view{"r:"};

/// The most characters of the name of an edge.
inline constexpr std::uint32_t longest_edge_name = 7;
/// The most characters of the name of a service between edges: NuttX cuts longer ones.
inline constexpr std::uint32_t longest_routed_name = 21;

/// The first word of a message of an endpoint "router:...".
enum class router_command : std::uint32_t {
    create = 1,  ///< the other edge is there
    destroy = 2, ///< the other edge is gone
    suspend = 3, ///< the other edge sleeps
    resume = 4,  ///< the other edge runs again
};

/// A message from the hub to an edge (NuttX, struct rpmsg_router_s). Only `create` uses the fields behind the first.
struct router_message {
    router_command command{};
    std::uint32_t tx_length{};  ///< largest payload in bytes that the edge may send to the other one
    std::uint32_t rx_length{};  ///< largest payload in bytes that comes from the other one
    std::array<char, 8> edge{}; ///< name of the edge that receives the message, padded with NUL

    auto operator==(router_message const&) const -> bool = default;
};
static_assert(sizeof(router_message) == 20 and wire_format<router_message>);
static_assert(offsetof(router_message, command) == 0 and offsetof(router_message, tx_length) == 4);
static_assert(offsetof(router_message, rx_length) == 8 and offsetof(router_message, edge) == 12);

/// Writes a text behind others; returns where it ends. A loop: of the functions of the library firmware may have none else.
constexpr auto append(auto& made, std::size_t at, std::string_view text) -> std::size_t {
    for (auto const each : text) {
        made[at++] = each;
    }
    return at;
}
/// The place of the first colon, or the length of the text.
[[nodiscard]] constexpr auto colon_in(std::string_view text) -> std::size_t {
    std::size_t at = 0;
    while (at < text.size() and text[at] != ':') {
        ++at;
    }
    return at;
}
/// Whether a text can be the name of an edge: 1 to 7 printable characters, none of them a colon.
[[nodiscard]] constexpr auto is_edge_name(std::string_view text) -> bool {
    return not text.empty() and text.size() <= longest_edge_name and is_name(text) and colon_in(text) == text.size();
}
/// Whether a service of this name can be routed: it has 1 to 21 printable characters and is no name of a router, so that no
/// message is routed twice.
[[nodiscard]] constexpr auto is_routed_name(std::string_view name) -> bool {
    return not name.empty() and name.size() <= longest_routed_name and is_name(name) and not name.starts_with(route_prefix) and
           not name.starts_with(router_prefix);
}

/// Makes a `create` for an edge whose name `is_edge_name` accepts.
[[nodiscard]] constexpr auto router_create(std::string_view edge, std::uint32_t tx_length, std::uint32_t rx_length)
    -> router_message {
    auto made = router_message{.command = router_command::create, .tx_length = tx_length, .rx_length = rx_length};
    append(made.edge, 0, edge);
    return made;
}

/// The name of the edge in a message; all 8 characters when the NUL lacks. NuttX does not clear what follows it.
[[nodiscard]] constexpr auto edge_of(router_message const& it) -> std::string_view {
    auto const name = std::string_view{it.edge.data(), it.edge.size()};
    return {name.data(), std::min(name.find('\0'), name.size())};
}

/// The name of the endpoint that tells an edge of the edge `other`.
[[nodiscard]] constexpr auto router_name(std::string_view other) -> padded_name {
    expects(is_edge_name(other));
    auto made = pad(router_prefix);
    append(made, router_prefix.size(), other);
    return made;
}
/// The name of the endpoint that carries a service between an edge and the edge `other`; at most 31 characters.
[[nodiscard]] constexpr auto route_name(std::string_view other, std::string_view service) -> padded_name {
    expects(is_edge_name(other) and service.size() <= longest_routed_name);
    auto made = pad(route_prefix);
    auto at = append(made, route_prefix.size(), other);
    made[at++] = ':';
    append(made, at, service);
    return made;
}

/// The two parts of a name "r:other:service".
struct route {
    std::string_view other{};
    std::string_view service{};

    [[nodiscard]] constexpr explicit operator bool() const { return not other.empty(); }
};
/// Takes a name apart; false unless both parts are valid.
[[nodiscard]] constexpr auto read_route(std::string_view name) -> route {
    if (not name.starts_with(route_prefix)) {
        return {};
    }
    name.remove_prefix(route_prefix.size());
    auto const colon = colon_in(name);
    if (colon == name.size()) {
        return {};
    }
    auto const parts = route{.other = {name.data(), colon}, .service = {name.data() + colon + 1, name.size() - colon - 1}};
    return is_edge_name(parts.other) and is_routed_name(parts.service) ? parts : route{};
}
/// The other edge in a name "router:other"; empty for another name.
[[nodiscard]] constexpr auto read_router(std::string_view name) -> std::string_view {
    if (not name.starts_with(router_prefix)) {
        return {};
    }
    name.remove_prefix(router_prefix.size());
    return name;
}

} // namespace rpmsg::wire
