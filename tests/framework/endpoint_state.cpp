#include <rpmsg/framework/endpoint_state.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using rpmsg::address;
using rpmsg::endpoint_state;

TEST_CASE("An endpoint has a peer while it is bound") {
    STATIC_REQUIRE(endpoint_state{}.peer() == rpmsg::any_address);
    STATIC_REQUIRE(endpoint_state{.peer_address = address{5}}.peer() == rpmsg::any_address);
    STATIC_REQUIRE(endpoint_state{.peer_address = address{5}, .is_bound = true}.peer() == address{5});
}

TEST_CASE("70: only a fixed peer keeps others out") {
    STATIC_REQUIRE(endpoint_state{.peer_address = address{5}, .is_bound = true}.admits(address{6}));
    STATIC_REQUIRE(endpoint_state{.peer_address = address{5}, .has_fixed_peer = true}.admits(address{5}));
    STATIC_REQUIRE(not endpoint_state{.peer_address = address{5}, .has_fixed_peer = true}.admits(address{6}));
}

TEST_CASE("An id holds the index and the generation of a place") {
    STATIC_REQUIRE(rpmsg::id_of(7, 0) == 7);
    STATIC_REQUIRE(rpmsg::id_of(7, 1) != rpmsg::id_of(7, 2));
    STATIC_REQUIRE(rpmsg::index_of_id(rpmsg::id_of(0xffff, 0xabcd)) == 0xffff);
}

} // namespace
