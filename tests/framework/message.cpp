#include <rpmsg/framework/message.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("an event names nobody unless it says whom") {
    STATIC_REQUIRE(rpmsg::event{}.peer == rpmsg::any_address);
    STATIC_REQUIRE(rpmsg::event{}.reason == rpmsg::down_reason::none);
    STATIC_REQUIRE(rpmsg::event{}.unreturned == 0);
}
