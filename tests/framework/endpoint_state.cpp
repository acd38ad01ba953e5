#include <rpmsg/framework/endpoint_state.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using rpmsg::address;
using rpmsg::endpoint_state;

constexpr auto bound_to(address peer) -> endpoint_state {
    auto state = endpoint_state{};
    state.bind(peer);
    return state;
}
constexpr auto unbound_again() -> endpoint_state {
    auto state = bound_to(address{5});
    state.bind(rpmsg::any_address);
    return state;
}

TEST_CASE("An endpoint has a peer while it is bound") {
    STATIC_REQUIRE(endpoint_state{}.peer() == rpmsg::any_address);
    STATIC_REQUIRE(not endpoint_state{}.is_bound());
    STATIC_REQUIRE(bound_to(address{5}).peer() == address{5});
    STATIC_REQUIRE(bound_to(address{5}).is_bound());
    STATIC_REQUIRE(bound_to(address{0}).is_bound());
    STATIC_REQUIRE(unbound_again().peer() == rpmsg::any_address);
    STATIC_REQUIRE(not unbound_again().is_bound());
    CHECK(bound_to(address{0}).peer() == address{0});
    CHECK(not unbound_again().is_bound());
}

} // namespace
