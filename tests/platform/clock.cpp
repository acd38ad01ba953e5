#include <rpmsg/platform/clock.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a moment has passed from its own tick on") {
    STATIC_REQUIRE_FALSE(rpmsg::has_passed(10, 9));
    STATIC_REQUIRE(rpmsg::has_passed(10, 10));
    STATIC_REQUIRE(rpmsg::has_passed(10, 11));
}

TEST_CASE("moments are compared across the wrap of the clock") {
    STATIC_REQUIRE_FALSE(rpmsg::has_passed(5, 0xffff'fff0));
    STATIC_REQUIRE(rpmsg::has_passed(0xffff'fff0, 5));
    STATIC_REQUIRE(rpmsg::has_passed(0, 0x7fff'ffff));
    STATIC_REQUIRE_FALSE(rpmsg::has_passed(0, 0x8000'0000));
}
