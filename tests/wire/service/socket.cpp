#include <rpmsg/wire/service/socket.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace {
using namespace rpmsg;

constexpr auto raw(auto... values) -> std::array<std::byte, sizeof...(values)> { return {static_cast<std::byte>(values)...}; }
template <typename T> constexpr auto bytes_of(T const& value) { return std::bit_cast<std::array<std::byte, sizeof(T)>>(value); }

constexpr auto is_endpoint(std::string_view name, std::string_view expected) -> bool {
    return wire::view_of(wire::socket_endpoint(name)) == expected;
}
constexpr auto is_connection(std::string_view name, std::uint32_t number, std::string_view expected) -> bool {
    auto made = wire::socket_endpoint(name);
    wire::append_connection(made, number);
    return wire::view_of(made) == expected;
}
} // namespace

TEST_CASE("the messages of a socket have the bytes that NuttX sends") {
    STATIC_REQUIRE(bytes_of(wire::socket_sync{.window = 1024, .process = 7, .user = 0x1000, .group = 0x102}) ==
                   raw(1, 0, 0, 0, 0, 4, 0, 0, 7, 0, 0, 0, 0, 0x10, 0, 0, 2, 1, 0, 0));
    STATIC_REQUIRE(bytes_of(wire::socket_data{.position = 0x8000'0001, .length = 484}) ==
                   raw(2, 0, 0, 0, 1, 0, 0, 0x80, 0xe4, 1, 0, 0));
    STATIC_REQUIRE(bytes_of(wire::socket_datagram{.head = {.position = 5, .length = 3}, .length = 3}) ==
                   raw(2, 0, 0, 0, 5, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0));
    STATIC_REQUIRE(bytes_of(wire::socket_shutdown{.directions = wire::socket_direction::send}) == raw(3, 0, 0, 0, 2, 0, 0, 0));
}

TEST_CASE("a short name is the name of its endpoint") {
    STATIC_REQUIRE(is_endpoint("a", "s:a"));
    STATIC_REQUIRE(is_endpoint("ten-letter", "s:ten-letter"));
}

TEST_CASE("of a longer name the endpoint has two characters and a check value") {
    STATIC_REQUIRE(is_endpoint("sk-a-long-name-over-ten", "s:sk541a6355"));
    STATIC_REQUIRE(is_endpoint("eleven-more", "s:eleea449c5"));
}

TEST_CASE("a connection has the number of its client in hexadecimal digits") {
    STATIC_REQUIRE(is_connection("echo", 0, "s:echo:0"));
    STATIC_REQUIRE(is_connection("echo", 0x1f, "s:echo:1f"));
    STATIC_REQUIRE(is_connection("ten-letter", 0xffff'ffff, "s:ten-letter:ffffffff"));
    STATIC_REQUIRE(is_connection("sk-a-long-name-over-ten", 10, "s:sk541a6355:a"));
}

TEST_CASE("a server knows the connections of its clients") {
    STATIC_REQUIRE(wire::is_connection_to("s:echo:0", "s:echo"));
    STATIC_REQUIRE(wire::is_connection_to("s:echo:deadbeef", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("s:echo", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("s:echo:", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("s:echoes:0", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("s:echo:1:2", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("s:echo:123456789", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("s:echo:A", "s:echo"));
    STATIC_REQUIRE_FALSE(wire::is_connection_to("", "s:echo"));
}

TEST_CASE("the name of a socket has 1 to 107 printable characters") {
    STATIC_REQUIRE(wire::is_socket_name("x"));
    STATIC_REQUIRE_FALSE(wire::is_socket_name(""));
    STATIC_REQUIRE_FALSE(wire::is_socket_name("tab\t"));
    CHECK(wire::is_socket_name(std::string(107, 'x')));
    CHECK_FALSE(wire::is_socket_name(std::string(108, 'x')));
}
