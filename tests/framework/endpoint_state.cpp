#include <rpmsg/framework/endpoint_state.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
using namespace rpmsg;
constexpr auto fixed = endpoint_state{.peer_address = address{7}, .is_used = true, .has_fixed_peer = true};
constexpr auto bound = endpoint_state{.peer_address = address{7}, .is_used = true, .is_bound = true};
} // namespace

TEST_CASE("a peer is known only while the endpoint is bound") {
    STATIC_REQUIRE(bound.peer() == address{7});
    STATIC_REQUIRE(fixed.peer() == any_address);
}

TEST_CASE("only a fixed peer keeps others out") {
    STATIC_REQUIRE(fixed.admits(address{7}));
    STATIC_REQUIRE_FALSE(fixed.admits(address{8}));
    STATIC_REQUIRE(bound.admits(address{8}));
}

TEST_CASE("an id holds an index and the generation of its place") {
    STATIC_REQUIRE(id_of(3, 0) == 3);
    STATIC_REQUIRE(index_of_id(id_of(65535, 9)) == 65535);
    STATIC_REQUIRE(id_of(3, 1) != id_of(3, 2));
}
