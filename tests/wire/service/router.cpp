#include <rpmsg/wire/service/router.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <string_view>

namespace {
using namespace rpmsg;
using namespace std::string_view_literals;

constexpr auto raw(auto... values) -> std::array<std::byte, sizeof...(values)> { return {static_cast<std::byte>(values)...}; }
constexpr auto fills_a_name(auto f) -> bool { return wire::view_of(f()).size() == 31; }
} // namespace

TEST_CASE("a message of the router has the twenty bytes that NuttX sends") {
    constexpr auto create = wire::router_create("edge-a", 496, 0x1234);
    STATIC_REQUIRE(std::bit_cast<std::array<std::byte, 20>>(create) ==
                   raw(1, 0, 0, 0, 0xf0, 1, 0, 0, 0x34, 0x12, 0, 0, 'e', 'd', 'g', 'e', '-', 'a', 0, 0));
    constexpr auto suspend = wire::router_message{.command = wire::router_command::suspend};
    STATIC_REQUIRE(std::bit_cast<std::array<std::byte, 20>>(suspend) ==
                   raw(3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    STATIC_REQUIRE(static_cast<int>(wire::router_command::destroy) == 2);
    STATIC_REQUIRE(static_cast<int>(wire::router_command::resume) == 4);
}

TEST_CASE("the name in a message ends with its first NUL, and what follows is anything") {
    constexpr auto is = [](std::string_view name, auto... characters) {
        return wire::edge_of({.edge = {characters...}}) == name;
    };
    STATIC_REQUIRE(is("a", 'a', '\0', '\0', '\0', '\xd9', '\x71', '\0', '\xa2'));
    STATIC_REQUIRE(is("seven67", 's', 'e', 'v', 'e', 'n', '6', '7', '\0'));
    STATIC_REQUIRE(is("eight678", 'e', 'i', 'g', 'h', 't', '6', '7', '8'));
    STATIC_REQUIRE(is("", '\0', 'a'));
}

TEST_CASE("the name of an edge has one to seven characters and no colon") {
    STATIC_REQUIRE(wire::is_edge_name("a"));
    STATIC_REQUIRE(wire::is_edge_name("seven67"));
    STATIC_REQUIRE_FALSE(wire::is_edge_name(""));
    STATIC_REQUIRE_FALSE(wire::is_edge_name("eight678"));
    STATIC_REQUIRE_FALSE(wire::is_edge_name("a:b"));
    STATIC_REQUIRE_FALSE(wire::is_edge_name("a\n"));
}

TEST_CASE("a service that is routed has one to twenty-one characters and is no name of a router") {
    STATIC_REQUIRE(wire::is_routed_name("rpmsg-echo"));
    STATIC_REQUIRE(wire::is_routed_name("123456789012345678901"));
    STATIC_REQUIRE_FALSE(wire::is_routed_name("1234567890123456789012"));
    STATIC_REQUIRE_FALSE(wire::is_routed_name(""));
    STATIC_REQUIRE_FALSE(wire::is_routed_name("r:b:echo"));
    STATIC_REQUIRE_FALSE(wire::is_routed_name("router:b"));
    STATIC_REQUIRE(wire::is_routed_name("router"));
    STATIC_REQUIRE(wire::is_routed_name("a:b"));
}

TEST_CASE("the names of a route are composed and taken apart") {
    STATIC_REQUIRE(wire::view_of(wire::router_name("b")) == "router:b");
    STATIC_REQUIRE(wire::view_of(wire::route_name("b", "echo")) == "r:b:echo");
    STATIC_REQUIRE(fills_a_name([] { return wire::route_name("seven67", "123456789012345678901"); }));
    STATIC_REQUIRE(wire::read_router("router:b") == "b");
    STATIC_REQUIRE(wire::read_router("route:b").empty());
    STATIC_REQUIRE(wire::read_route("r:b:echo").other == "b");
    STATIC_REQUIRE(wire::read_route("r:b:echo").service == "echo");
    STATIC_REQUIRE(wire::read_route("r:b:a:b").service == "a:b");
    STATIC_REQUIRE(wire::read_route("r:seven67:123456789012345678901").service.size() == 21);
}

TEST_CASE("a name that is no route is refused") {
    constexpr auto names = std::array{"echo"sv,    "r:"sv, "r:b"sv,          "r::echo"sv,      "r:b:"sv,
                                      "rb:echo"sv, ""sv,   "r:b:r:c:echo"sv, "r:b:router:c"sv, "r:eight678:echo"sv};
    STATIC_REQUIRE([&] {
        for (auto const each : names) {
            check(not wire::read_route(each));
        }
        return true;
    }());
    STATIC_REQUIRE_FALSE(wire::read_route("r:b:1234567890123456789012"));
}
