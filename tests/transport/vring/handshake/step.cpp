#include <rpmsg/transport/vring/handshake/step.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("nothing new is what a look finds by default") {
    STATIC_REQUIRE(rpmsg::detail::handshake_step{} == rpmsg::detail::handshake_step::none);
}
