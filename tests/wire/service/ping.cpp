#include <rpmsg/wire/service/ping.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstdint>

namespace {
using namespace rpmsg;

constexpr auto raw(auto... values) -> std::array<std::byte, sizeof...(values)> { return {static_cast<std::byte>(values)...}; }
} // namespace

TEST_CASE("the header of a ping has the sixteen bytes that NuttX sends") {
    constexpr auto head = wire::ping_header{.command = wire::ping_command::wants_answer | wire::ping_command::verify,
                                            .length = 64,
                                            .cookie = 0x7f01'0203'0405'0607};
    STATIC_REQUIRE(std::bit_cast<std::array<std::byte, 16>>(head) == raw(3, 0, 0, 0, 64, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1, 0x7f));
    STATIC_REQUIRE(wire::ping_smallest == 17);
    STATIC_REQUIRE(wire::ping_name == "rpmsg-ping");
}

TEST_CASE("the kind of a ping is in bits 4 to 7 of its command") {
    STATIC_REQUIRE(wire::kind_of({.command = 0xffff'ff0f}) == wire::ping_command::request);
    STATIC_REQUIRE(wire::kind_of({.command = 0x20}) == wire::ping_command::response);
    STATIC_REQUIRE(wire::kind_of({.command = 0x127}) == wire::ping_command::response);
    STATIC_REQUIRE(wire::kind_of({.command = 0x30}) == 0x30);
}

TEST_CASE("the header of a message of rpmsg-test has the twenty-four bytes that NuttX sends") {
    constexpr auto head = wire::hold_test_header{.command = wire::hold_test_command::hold_last, .length = 472};
    STATIC_REQUIRE(std::bit_cast<std::array<std::byte, 24>>(head) ==
                   raw(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0xd8, 1, 0, 0));
    STATIC_REQUIRE(wire::hold_test_name == "rpmsg-test");
}

TEST_CASE("data is filled with a value when each of its bytes is") {
    STATIC_REQUIRE(wire::is_filled_with(raw(5, 5, 5), std::byte{5}));
    STATIC_REQUIRE_FALSE(wire::is_filled_with(raw(4, 5, 5), std::byte{5}));
    STATIC_REQUIRE_FALSE(wire::is_filled_with(raw(5, 5, 4), std::byte{5}));
    STATIC_REQUIRE(wire::is_filled_with({}, std::byte{5}));
}
