#include <rpmsg/wire/dialect.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
namespace dialects = rpmsg::wire::dialects;
using rpmsg::wire::attach_rule;
} // namespace

TEST_CASE("each dialect says what RINGS 13 says of the peer") {
    STATIC_REQUIRE(dialects::linux_virtio.attach == attach_rule::first_doorbell);
    STATIC_REQUIRE(dialects::openamp.attach == attach_rule::status_byte);
    STATIC_REQUIRE(dialects::openamp.status_in_table);
    STATIC_REQUIRE(dialects::rpmsg_lite.attach == attach_rule::prefilled_ring);
    STATIC_REQUIRE(dialects::rpmsg_lite.prefilled);
    STATIC_REQUIRE(dialects::rpmsg_lite.always_rings_driver);
    STATIC_REQUIRE_FALSE(dialects::rpmsg_lite.used_event_word);
}

TEST_CASE("only where both ends are this library are there epochs, and names are acknowledged") {
    STATIC_REQUIRE(dialects::rpmsg.attach == attach_rule::epochs);
    STATIC_REQUIRE(dialects::rpmsg.acknowledged);
    STATIC_REQUIRE_FALSE(dialects::linux_virtio.acknowledged);
    STATIC_REQUIRE_FALSE(dialects::openamp.acknowledged);
    STATIC_REQUIRE_FALSE(dialects::rpmsg_lite.acknowledged);
}
