#include <rpmsg/framework/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

namespace {

TEST_CASE("A message and an event are values that cost nothing to pass") {
    STATIC_REQUIRE(std::is_trivially_copyable_v<rpmsg::message>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<rpmsg::event>);
    STATIC_REQUIRE(rpmsg::event{}.peer == rpmsg::any_address);
    STATIC_REQUIRE(rpmsg::event{}.reason == rpmsg::down_reason::none);
    STATIC_REQUIRE(rpmsg::event{}.unreturned == 0);
}

} // namespace
