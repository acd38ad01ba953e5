#include <rpmsg/testing/simulator/core_clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace rpmsg::testing::simulator;
using namespace std::chrono_literals;
using rpmsg::ticks;

TEST_CASE("a clock counts its ticks and wraps") {
    auto const clock = core_clock{1'000, 0u - 5};
    CHECK(clock.at(0s) == 0u - 5);
    CHECK(clock.at(5ms) == 0);
    CHECK(clock.at(24h * 50 + 6ms) == static_cast<ticks>(std::uint64_t{50} * 86'400'000 + 1));
    CHECK(clock.when(3, 2ms + 1us) == 8ms + 1us);
    CHECK(clock.when(0u - 7, 2ms) == 2ms); // in the past
}

TEST_CASE("a clock that drifts, jumps and stands still goes on from what it shows") {
    auto clock = core_clock{1'000'000};
    clock.drift(100'000, 1ms);
    CHECK(clock.at(1ms) == 1'000);
    CHECK(clock.at(2ms) == 2'100);
    CHECK(clock.when(3'200, 2ms) == 3ms);
    clock.jump(0u - 1'000, 2ms);
    CHECK(clock.at(2ms) == 1'100);
    clock.stop(2ms);
    CHECK(clock.stands_still());
    CHECK(clock.at(9ms) == 1'100);
    clock.mend(9ms);
    CHECK(clock.at(10ms) == 2'100);
}
