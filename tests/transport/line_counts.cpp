#include <rpmsg/transport/line_counts.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("A new line has counted nothing") {
    STATIC_REQUIRE(rpmsg::line_counts{} == rpmsg::line_counts{.bad_check = 0});
    STATIC_REQUIRE(rpmsg::line_counts{} != rpmsg::line_counts{.resent = 1});
}
