#include <rpmsg/framework/router/route.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
using namespace rpmsg;
using detail::hub_route;
using detail::optional_address;
using detail::route_side;
} // namespace

TEST_CASE("an address that is not set is the any-address") {
    STATIC_REQUIRE(optional_address{} == any_address);
    STATIC_REQUIRE(optional_address{address{1024}} == address{1024});
    STATIC_REQUIRE(not detail::hub_passage{}.is_open());
}

TEST_CASE("a route knows its two links in either order, and whether an edge has an endpoint") {
    constexpr auto it = hub_route{.sides = {route_side{.link = 3}, route_side{.peer = address{7}, .link = 5}}};
    STATIC_REQUIRE(it.side_of(3) == 0);
    STATIC_REQUIRE(it.side_of(5) == 1);
    STATIC_REQUIRE(it.joins(3, 5));
    STATIC_REQUIRE(it.joins(5, 3));
    STATIC_REQUIRE_FALSE(it.joins(3, 4));
    STATIC_REQUIRE_FALSE(it.joins(4, 5));
    STATIC_REQUIRE(it.has_peer());
    STATIC_REQUIRE_FALSE(hub_route{}.has_peer());
}
