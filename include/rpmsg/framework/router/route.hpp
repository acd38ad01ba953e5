#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// An address that is all zero while it is the any-address.
class optional_address {
    std::uint32_t complement_{};

  public:
    constexpr optional_address() = default;
    constexpr optional_address(address it) : complement_{~static_cast<std::uint32_t>(it)} {}
    constexpr operator address() const { return address{~complement_}; }
};

/// What one edge and the hub know of an endpoint.
struct route_side {
    optional_address peer{};  ///< the endpoint of the edge: of a plain one, that which sent last
    optional_address heard{}; ///< the endpoint that the edge announced by itself, and withdraws
    optional_address told{};  ///< the endpoint of the hub that the edge knows, perhaps of an earlier use of the route
    std::uint32_t uses{};     ///< changes with the endpoint of the hub, so that late messages are dropped
    std::uint8_t link{};
    bool is_told{};    ///< the edge knows this use of the route, or is about to
    bool is_created{}; ///< by a name of the hub, not by the acknowledgement of its own
    bool must_destroy{};
    bool must_create{};
    bool must_acknowledge{};

    [[nodiscard]] constexpr auto is_heard() const -> bool { return heard != any_address; }
};
/// A service of two edges.
struct hub_route {
    wire::padded_name name{};
    std::array<route_side, 2> sides{};
    std::uint8_t opener{}; ///< the link whose edge announced it first
    bool is_used{};        ///< otherwise it was: an edge that takes the name up again may know its old endpoint

    /// How often an endpoint of it has left.
    [[nodiscard]] constexpr auto uses() const -> std::uint32_t { return sides[0].uses + sides[1].uses; }
    [[nodiscard]] constexpr auto has_peer() const -> bool {
        return sides[0].peer != any_address or sides[1].peer != any_address;
    }
    /// The side of a link.
    [[nodiscard]] constexpr auto side_of(std::uint32_t link) const -> std::uint32_t { return sides[0].link == link ? 0 : 1; }
    [[nodiscard]] constexpr auto joins(std::uint32_t link, std::uint32_t other) const -> bool {
        return sides[side_of(link)].link == link and sides[1 - side_of(link)].link == other;
    }
};

/// The way of the messages that come to one endpoint of the hub.
struct hub_passage {
    optional_address self{};        ///< of that endpoint; the any-address while there is none
    optional_address source{};      ///< of the endpoint on the other link
    optional_address destination{}; ///< the other edge's endpoint; the any-address while either edge has none
    optional_address peer{};        ///< the endpoint from which the messages come
    std::uint8_t from{};
    std::uint8_t to{};

    [[nodiscard]] constexpr auto is_open() const -> bool { return destination != any_address; }
};

/// A message of the hub itself.
struct hub_message {
    address source{};
    address destination{};
    std::array<std::byte, sizeof(wire::announcement)> content{};
    std::uint32_t size{};

    constexpr auto put(auto const& it, address from, address to) -> bool {
        store(content, it);
        source = from;
        destination = to;
        size = sizeof it;
        return true;
    }
};

} // namespace rpmsg::detail
