#include <rpmsg/framework/endpoint_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <type_traits>

namespace {

using rpmsg::address;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event;
using rpmsg::message;
using rpmsg::no_index;

constexpr auto ignore = [](auto&, message const&) {};
using dynamic = decltype(endpoints{endpoint<"a">(ignore), endpoint<"b">(ignore), endpoint<"c">(ignore)});
using mixed = decltype(endpoints{endpoint<"a">(ignore), endpoint<0x100, 0x200>(ignore), endpoint<0>(ignore)});

TEST_CASE("Endpoint i without a fixed address has 1024 + i") {
    STATIC_REQUIRE(rpmsg::endpoint_table<dynamic>);
    STATIC_REQUIRE(dynamic::size() == 3);
    STATIC_REQUIRE(dynamic::local(0) == address{1024});
    STATIC_REQUIRE(dynamic::local(2) == address{1026});
    STATIC_REQUIRE(mixed::local(0) == address{1024});
    STATIC_REQUIRE(mixed::local(1) == address{0x100});
}

TEST_CASE("An endpoint is found by its address and nobody by another") {
    STATIC_REQUIRE(dynamic::find(address{1024}) == 0);
    STATIC_REQUIRE(dynamic::find(address{1026}) == 2);
    STATIC_REQUIRE(dynamic::find(address{1027}) == no_index);
    STATIC_REQUIRE(dynamic::find(address{1023}) == no_index);
    STATIC_REQUIRE(dynamic::find(rpmsg::any_address) == no_index);
    STATIC_REQUIRE(mixed::find(address{0x100}) == 1);
    STATIC_REQUIRE(mixed::find(address{0}) == 2);
    STATIC_REQUIRE(mixed::find(address{1025}) == no_index);
    STATIC_REQUIRE(endpoints<>::find(address{1024}) == no_index);
    STATIC_REQUIRE(endpoints<>::size() == 0);
}

TEST_CASE("An endpoint is found by its name") {
    STATIC_REQUIRE(dynamic::index_of("b") == 1);
    STATIC_REQUIRE(dynamic::index_of("d") == no_index);
    STATIC_REQUIRE(rpmsg::wire::view_of(dynamic::name(2)) == "c");
}

TEST_CASE("An endpoint is announced with its name and address, one without a name is not announced") {
    STATIC_REQUIRE(dynamic::announcement(1) ==
                   rpmsg::wire::announce("b", address{1025}, rpmsg::wire::announcement_kind::create));
    STATIC_REQUIRE(mixed::announcement(0));
    STATIC_REQUIRE(not mixed::announcement(1));
}

TEST_CASE("A table handles events when one of its endpoints does") {
    constexpr auto hear = [](auto&, event const&) {};
    STATIC_REQUIRE(not dynamic::handles_events);
    STATIC_REQUIRE(not endpoints<>::handles_events);
    STATIC_REQUIRE(decltype(endpoints{endpoint<"a">(ignore), endpoint<"b">(ignore, hear)})::handles_events);
}

TEST_CASE("A table of stateless endpoints takes the memory of their states") {
    STATIC_REQUIRE(sizeof(dynamic) == 3 * sizeof(rpmsg::endpoint_state));
    STATIC_REQUIRE(std::is_empty_v<endpoints<>> or sizeof(endpoints<>) <= 1);
}

constexpr auto each_is_delivered_to_itself() -> bool {
    auto calls = 0;
    auto table =
        endpoints{endpoint<"a">([&](auto&, message const&) { calls += 1; }, [&](auto&, event const&) { calls += 10; }),
                  endpoint<"b">([&](auto&, message const&) { calls += 100; }, [&](auto&, event const&) { calls += 1000; })};
    auto side = 0;
    table.deliver(side, 1, {.source = address{1}, .payload = {}});
    table.notify(side, 0, {});
    check(calls == 110);
    table.deliver(side, 0, {.source = address{1}, .payload = {}});
    table.notify(side, 1, {});
    table.deliver(side, 2, {.source = address{1}, .payload = {}}); // no endpoint
    check(calls == 1111);
    check(table.is_live(0) and table.fixed_peer(0) == rpmsg::any_address and not table.state(1).is_bound());
    return true;
}

constexpr auto a_fixed_peer_is_known_from_the_start() -> bool {
    auto table = endpoints{endpoint<0x100, 0x200>(ignore), endpoint<0x101>(ignore)};
    check(table.fixed_peer(0) == address{0x200} and table.fixed_peer(1) == rpmsg::any_address);
    check(table.state(0).peer() == rpmsg::any_address and table.state(1).peer() == rpmsg::any_address);
    return true;
}

TEST_CASE("Messages and events go to the endpoint that they are for") {
    STATIC_REQUIRE(each_is_delivered_to_itself());
    CHECK(each_is_delivered_to_itself());
    STATIC_REQUIRE(a_fixed_peer_is_known_from_the_start());
}

} // namespace
