// What the registers do is tried in tests/firmware/dma.cpp, on the PL081s of the mps2-an521.
#include <rpmsg/platform/pl080.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {
constexpr auto nowhere_near(std::uintptr_t, std::uint32_t) -> bool { return false; }
using far_away = rpmsg::pl080<0x5011'0000, 0, nowhere_near>;
using near_by = rpmsg::pl080<0x5011'0000, 0>;
std::array<std::byte, 8192> memory{};
} // namespace

TEST_CASE("a PL080 refuses memory that it does not reach before it touches a register") {
    CHECK(far_away{}.start(rpmsg::const_bytes{memory}.first(64), rpmsg::bytes{memory}.subspan(64)) ==
          rpmsg::dma_start::refused);
}

TEST_CASE("a PL080 refuses what has no bytes, or more items than its counter holds") {
    auto const from = rpmsg::const_bytes{memory};
    CHECK(near_by{}.start(from.first(0), memory) == rpmsg::dma_start::refused);
    CHECK(near_by{}.start(from.subspan(1, 4096), memory) == rpmsg::dma_start::refused); // bytes: 4095 at most
    static std::array<std::byte, 16384> large{};
    CHECK(near_by{}.start(large, large) == rpmsg::dma_start::refused); // words: 4095 at most
}

TEST_CASE("a PL080 keeps no state") { STATIC_REQUIRE(sizeof(near_by) == 1); }
