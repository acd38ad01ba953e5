#include <rpmsg/testing/explorer/site_name.hpp>

#include <catch2/catch_test_macros.hpp>

using rpmsg::order;
using rpmsg::site;
using namespace rpmsg::testing;

TEST_CASE("sites and orders have names") {
    STATIC_REQUIRE(describe(site::peer_index) == "peer_index");
    STATIC_REQUIRE(describe(site::own_event) == "own_event");
    STATIC_REQUIRE(describe(site::header_store) == "header_store");
    STATIC_REQUIRE(describe(site::restart_fence) == "restart_fence");
    STATIC_REQUIRE(describe(order::full) == "full");
    STATIC_REQUIRE(describe(order::relaxed) == "relaxed");
}

TEST_CASE("what a peer can lie about is what it stores") {
    STATIC_REQUIRE(loads_from_peer(site::peer_entry));
    STATIC_REQUIRE(loads_from_peer(site::adopted_index));
    STATIC_REQUIRE_FALSE(loads_from_peer(site::own_index));
    STATIC_REQUIRE_FALSE(loads_from_peer(site::arm_fence));
}
