#include <rpmsg/wire/service/files/messages.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

using namespace rpmsg;

TEST_CASE("A number of 64 bits stands at any multiple of four bytes") {
    STATIC_REQUIRE(wire::packed_64{0x1234'5678'9abc'def0}.low == 0x9abc'def0);
    STATIC_REQUIRE(std::uint64_t{wire::packed_64{0x1234'5678'9abc'def0}} == 0x1234'5678'9abc'def0);
    STATIC_REQUIRE(alignof(wire::packed_64) == 4);
}

TEST_CASE("The second path of a RENAME begins at a multiple of eight behind the NUL of the first") {
    STATIC_REQUIRE(wire::second_path(1) == 8);
    STATIC_REQUIRE(wire::second_path(7) == 8);
    STATIC_REQUIRE(wire::second_path(8) == 16);
}
