#include <rpmsg/platform/clock.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a moment has passed from its own tick on") {
    STATIC_REQUIRE_FALSE(rpmsg::has_passed(10, 9));
    STATIC_REQUIRE(rpmsg::has_passed(10, 10));
    STATIC_REQUIRE(rpmsg::has_passed(10, 11));
}

namespace {
constexpr auto whatever_the_clock_does_a_wait_ends_in_time() -> bool {
    constexpr rpmsg::ticks span = 100;
    for (auto const begin : {0u, 5u, 0x7fff'fff0u, 0xffff'fff0u}) {
        for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
            for (auto const now : {begin + jump, begin - jump}) {
                auto const since = rpmsg::not_ahead(begin, now);
                if (not rpmsg::has_passed(since, now) or not rpmsg::has_passed(since + span, now + span)) {
                    return false;
                }
            }
        }
    }
    return rpmsg::not_ahead(10, 10) == 10 and rpmsg::not_ahead(10, 15) == 10 and rpmsg::not_ahead(10, 9) == 9;
}
} // namespace

TEST_CASE("a wait ends at most its own length after a clock that jumped is right again") {
    STATIC_REQUIRE(whatever_the_clock_does_a_wait_ends_in_time());
}

TEST_CASE("moments are compared across the wrap of the clock") {
    STATIC_REQUIRE_FALSE(rpmsg::has_passed(5, 0xffff'fff0));
    STATIC_REQUIRE(rpmsg::has_passed(0xffff'fff0, 5));
    STATIC_REQUIRE(rpmsg::has_passed(0, 0x7fff'ffff));
    STATIC_REQUIRE_FALSE(rpmsg::has_passed(0, 0x8000'0000));
}
