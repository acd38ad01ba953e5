#include <rpmsg/transport/session.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("nothing new is what a look finds by default") {
    STATIC_REQUIRE(rpmsg::detail::session_step{} == rpmsg::detail::session_step::none);
}
