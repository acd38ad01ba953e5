#include <rpmsg/testing/explorer/exploration.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("an exploration tells its story") {
    REQUIRE(rpmsg::testing::exploration{}.is_clean());
    auto const found = rpmsg::testing::exploration{.failure = "lost", .trace = {"a: loads", "b: stores"}};
    REQUIRE_FALSE(found.is_clean());
    REQUIRE(found.story() == "lost\n  a: loads\n  b: stores");
}
