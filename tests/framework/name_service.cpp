#include <rpmsg/framework/name_service.hpp>

#include "check.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;
using rpmsg::detail::judge;
using rpmsg::detail::name_match;
using rpmsg::wire::announce;
using kind = rpmsg::wire::announcement_kind;

constexpr auto ignore = [](auto&, message const&) {};

/// What an announcement means for a table whose endpoint "x" is in some state.
constexpr auto verdict(rpmsg::wire::announcement const& announced, rpmsg::endpoint_state const& state) {
    auto table = endpoints{endpoint<"other">(ignore), endpoint<"x">(ignore)};
    table.state(1) = state;
    return judge(table, announced);
}
constexpr auto unbound = rpmsg::endpoint_state{.is_used = true};
constexpr auto bound = rpmsg::endpoint_state{.peer_address = address{7}, .is_used = true, .is_bound = true};
constexpr auto fixed = rpmsg::endpoint_state{.peer_address = address{7}, .is_used = true, .has_fixed_peer = true};
constexpr auto leaving = rpmsg::endpoint_state{.is_used = true, .must_withdraw = true};

TEST_CASE("A create or an acknowledge binds who is unbound") {
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::create), unbound).match == name_match::binds);
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::create), unbound).index == 1);
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::acknowledge), unbound).match == name_match::binds);
}

TEST_CASE("77: who is bound is not taken over") {
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::create), bound).match == name_match::nothing);
    STATIC_REQUIRE(verdict(announce("x", address{8}, kind::create), bound).match == name_match::unclaimed);
    STATIC_REQUIRE(verdict(announce("x", address{8}, kind::acknowledge), bound).match == name_match::nothing);
}

TEST_CASE("79: a destroy unbinds who is bound to that address, or to any when it names none") {
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::destroy), bound).match == name_match::unbinds);
    STATIC_REQUIRE(verdict(announce("x", any_address, kind::destroy), bound).match == name_match::unbinds);
    STATIC_REQUIRE(verdict(announce("x", address{8}, kind::destroy), bound).match == name_match::withdrawn);
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::destroy), unbound).match == name_match::withdrawn);
}

TEST_CASE("Names nobody has, fixed peers, unused places and those about to go are not bound") {
    STATIC_REQUIRE(verdict(announce("y", address{7}, kind::create), unbound).match == name_match::unclaimed);
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::create), fixed).match == name_match::unclaimed);
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::create), leaving).match == name_match::unclaimed);
    STATIC_REQUIRE(verdict(announce("x", address{7}, kind::create), {}).match == name_match::unclaimed);
}

constexpr auto owed(rpmsg::endpoint_state const& state, bool acknowledged) {
    auto table = endpoints{endpoint<"other">(ignore), endpoint<"x">(ignore)};
    table.state(1) = state;
    return rpmsg::detail::owed_announcement(table, 1, acknowledged);
}

TEST_CASE("A bound endpoint acknowledges where that is known, and creates where it is not") {
    STATIC_REQUIRE(owed(unbound, true) == announce("x", address{1025}, kind::create));
    STATIC_REQUIRE(owed(bound, true).kind == kind::acknowledge);
    STATIC_REQUIRE(owed(bound, false).kind == kind::create);
    STATIC_REQUIRE(owed(leaving, true).kind == kind::destroy);
    STATIC_REQUIRE(owed(leaving, false).kind == kind::destroy);
    CHECK(owed(leaving, false).service() == "x");
}

} // namespace
