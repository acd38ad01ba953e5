#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/name_service.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;
using rpmsg::detail::match_announcement;
using rpmsg::detail::name_match;
using rpmsg::wire::announce;
using kind = rpmsg::wire::announcement_kind;

constexpr auto ignore = [](auto&, message const&) {};

constexpr auto unbound = any_address;
constexpr auto bound = address{7};

/// The match of an announcement in a table whose endpoint "x" has a peer or none.
constexpr auto matched(rpmsg::wire::announcement const& announced, address peer) {
    auto table = endpoints{endpoint<"other">(ignore), endpoint<"x">(ignore)};
    table.state(1).bind(peer);
    return match_announcement(table, announced);
}
/// The same with a fixed peer of "x".
constexpr auto verdict_where_fixed(rpmsg::wire::announcement const& announced) {
    auto table = endpoints{endpoint<"other">(ignore), endpoint<"x", rpmsg::endpoint_addresses{address{9}, address{7}}>(ignore)};
    return match_announcement(table, announced);
}

TEST_CASE("A create or an acknowledge binds who is unbound") {
    STATIC_REQUIRE(matched(announce("x", address{7}, kind::create), unbound).match == name_match::binds);
    STATIC_REQUIRE(matched(announce("x", address{7}, kind::create), unbound).index == 1);
    STATIC_REQUIRE(matched(announce("x", address{7}, kind::acknowledge), unbound).match == name_match::binds);
}

TEST_CASE("77: who is bound is not taken over") {
    STATIC_REQUIRE(matched(announce("x", address{7}, kind::create), bound).match == name_match::binds);
    STATIC_REQUIRE(matched(announce("x", address{8}, kind::create), bound).match == name_match::unclaimed);
    STATIC_REQUIRE(matched(announce("x", address{8}, kind::acknowledge), bound).match == name_match::nothing);
}

TEST_CASE("79: a destroy unbinds who is bound to that address, or to any when it names none") {
    STATIC_REQUIRE(matched(announce("x", address{7}, kind::destroy), bound).match == name_match::unbinds);
    STATIC_REQUIRE(matched(announce("x", any_address, kind::destroy), bound).match == name_match::unbinds);
    STATIC_REQUIRE(matched(announce("x", address{8}, kind::destroy), bound).match == name_match::withdrawn);
    STATIC_REQUIRE(matched(announce("x", address{7}, kind::destroy), unbound).match == name_match::withdrawn);
}

TEST_CASE("Names nobody has and fixed peers are not bound") {
    STATIC_REQUIRE(matched(announce("y", address{7}, kind::create), unbound).match == name_match::unclaimed);
    STATIC_REQUIRE(matched(announce("xx", address{7}, kind::create), unbound).match == name_match::unclaimed);
    STATIC_REQUIRE(verdict_where_fixed(announce("x", address{7}, kind::create)).match == name_match::unclaimed);
    STATIC_REQUIRE(verdict_where_fixed(announce("x", address{7}, kind::destroy)).match == name_match::withdrawn);
}

TEST_CASE("An unused place, and an endpoint that is about to go, are not bound") {
    auto pool = rpmsg::endpoint_pool<2>{};
    auto const create = announce("x", address{7}, kind::create);
    CHECK(match_announcement(pool, create).match == name_match::unclaimed);
    auto const id = pool.create("x", {}, nullptr, nullptr);
    REQUIRE(id.has_value());
    CHECK(match_announcement(pool, create).match == name_match::binds);
    pool.state(pool.index_of(*id)).must_withdraw = true;
    CHECK(match_announcement(pool, create).match == name_match::unclaimed);
    pool.remove(pool.index_of(*id));
    CHECK(match_announcement(pool, create).match == name_match::unclaimed);
}

} // namespace
