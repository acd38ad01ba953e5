#include <rpmsg/host/steady_clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <unistd.h>

using rpmsg::host::steady_clock;

TEST_CASE("the clock counts milliseconds and never goes back") {
    auto const before = steady_clock::now();
    auto const before_ns = steady_clock::nanoseconds();
    usleep(20'000);
    auto const after = steady_clock::now();
    CHECK(after - before >= 19);
    CHECK(after - before < 5000);
    CHECK(steady_clock::nanoseconds() - before_ns >= 19'000'000);
}

TEST_CASE("a deadline that has passed leaves no time") {
    auto const now = steady_clock::now();
    CHECK(steady_clock::until(now) == 0);
    CHECK(steady_clock::until(now - 1000) == 0);
    auto const left = steady_clock::until(now + 10'000);
    CHECK(left > 5000);
    CHECK(left <= 10'000);
}
