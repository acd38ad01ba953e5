#include <rpmsg/wire/header.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace {
using namespace rpmsg;

constexpr auto hello =
    wire::header{.source = address{0x28}, .destination = address{0x1e}, .reserved = 0x1234'5678, .length = 5, .flags = 0x8001};

// Byte for byte what rpmsg-lite's master sends, but for the last two fields, which it leaves at 0.
constexpr auto on_the_wire =
    std::array<std::uint8_t, 16>{0x28, 0, 0, 0, 0x1e, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 5, 0, 0x01, 0x80};
constexpr auto wire_bytes = std::bit_cast<std::array<std::byte, 16>>(on_the_wire);
} // namespace

TEST_CASE("a header lies on the wire as peers lay it") {
    STATIC_REQUIRE(std::bit_cast<std::array<std::byte, 16>>(hello) == wire_bytes);
}

TEST_CASE("a header is read as it was written") { STATIC_REQUIRE(load<wire::header>(wire_bytes) == hello); }
