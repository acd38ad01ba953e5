#include <rpmsg/testing/lines/spi_noise.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstdint>

namespace {
using rpmsg::testing::spi_fault_rates;
using rpmsg::testing::spi_noise;
using frame = std::array<std::byte, 64>;

constexpr auto counting() -> frame {
    auto made = frame{};
    for (std::size_t i = 0; i < made.size(); ++i) {
        made[i] = static_cast<std::byte>(i + 1);
    }
    return made;
}
/// How many of so many frames come damaged.
constexpr auto damaged(spi_fault_rates rates, std::uint32_t frames, std::uint64_t seed = 1) -> std::uint32_t {
    auto wires = spi_noise{rates, seed};
    std::uint32_t hit = 0;
    for (std::uint32_t i = 0; i < frames; ++i) {
        auto carried = counting();
        wires.carry(i % 2, carried);
        hit += carried == counting() ? 0u : 1u;
    }
    check((hit > 0) == (wires.faults() > 0));
    return hit;
}
auto about_one_byte_in_a_hundred_is_hit() -> bool {
    auto wires = spi_noise{{.bytes_per_flip = 100}};
    auto bits = 0;
    for (auto i = 0; i < 1000; ++i) {
        auto carried = frame{};
        wires.carry(0, carried);
        for (auto const each : carried) {
            bits += std::popcount(std::to_integer<std::uint8_t>(each));
        }
    }
    check(static_cast<std::uint64_t>(bits) == wires.faults());
    return bits > 560 and bits < 720;
}
auto aborts_and_missed_edges_happen() -> bool {
    auto wires = spi_noise{{.transfers_per_abort = 4, .edges_per_missed_one = 4}};
    auto aborts = 0;
    auto missed = 0;
    for (auto i = 0; i < 400; ++i) {
        aborts += wires.reach(64) < 64 ? 1 : 0;
        missed += wires.passes_edge(0) ? 0 : 1;
    }
    check(aborts > 60 and aborts < 140 and missed > 60 and missed < 140);
    wires.set({});
    check(wires.reach(64) == 64 and wires.passes_edge(1));
    return true;
}
} // namespace

TEST_CASE("wires without rates damage nothing") { STATIC_REQUIRE(damaged({}, 100) == 0); }

TEST_CASE("faults happen about as often as they should") {
    CHECK(about_one_byte_in_a_hundred_is_hit());
    CHECK(aborts_and_missed_edges_happen());
    auto const volatile frames = std::uint32_t{1000}; // more than a compiler should evaluate
    CHECK(damaged({.frames_per_slip = 2}, frames) > 400);
    CHECK(damaged({.frames_per_garbage = 10}, frames) > 60);
    CHECK(damaged({.frames_per_silence = 10}, frames) > 60);
}

TEST_CASE("the same seed makes the same faults, another one others") {
    STATIC_REQUIRE(damaged({.frames_per_slip = 9}, 30, 5) == damaged({.frames_per_slip = 9}, 30, 5));
    auto const volatile frames = std::uint32_t{999};
    CHECK(damaged({.frames_per_slip = 3}, frames, 5) != damaged({.frames_per_slip = 3}, frames, 6));
}
