#include <rpmsg/wire/virtio/dialect.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
namespace dialects = rpmsg::wire::dialects;
using rpmsg::wire::attach_rule;
} // namespace

TEST_CASE("each dialect says how its peer speaks") {
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

TEST_CASE("only where the table has sizes of buffers it is compared, and each dialect knows its own feature bits") {
    using rpmsg::wire::config_space;
    STATIC_REQUIRE(dialects::linux_bufsz.sizes == config_space::versioned);
    STATIC_REQUIRE(dialects::nuttx.sizes == config_space::rptun);
    STATIC_REQUIRE(dialects::openvela.sizes == config_space::rptun);
    for (auto const& each : {dialects::linux_virtio, dialects::openamp, dialects::rpmsg_lite, dialects::rpmsg}) {
        CHECK(each.sizes == config_space::none);
        CHECK_FALSE(each.compares_table);
        CHECK(each.features == 1);
    }
    STATIC_REQUIRE(dialects::openamp_bufsz.sizes == config_space::openamp_versioned);
    STATIC_REQUIRE(dialects::openamp_bufsz.has_versioned_sizes());
    STATIC_REQUIRE(dialects::linux_bufsz.has_versioned_sizes());
    STATIC_REQUIRE_FALSE(dialects::openamp.has_versioned_sizes());
    for (auto const& each : {dialects::linux_bufsz, dialects::openamp_bufsz, dialects::nuttx, dialects::openvela}) {
        CHECK(each.compares_table);
        CHECK(each.status_in_table);
    }
    STATIC_REQUIRE(dialects::linux_bufsz.features == 0b11); // bit 1: sizes
    STATIC_REQUIRE(dialects::openvela.features == 0b111);   // bit 1: acknowledgement, bit 2: sizes
    STATIC_REQUIRE(dialects::nuttx.features == 0b1111);     // bit 3: CPU names
}

TEST_CASE("NuttX and openvela boot by words and acknowledge, Linux with buffer sizes attaches by the status") {
    STATIC_REQUIRE(dialects::nuttx.attach == attach_rule::boot_words);
    STATIC_REQUIRE(dialects::openvela.attach == attach_rule::boot_words);
    STATIC_REQUIRE(dialects::nuttx_lite.attach == attach_rule::base_word);
    STATIC_REQUIRE(dialects::nuttx_lite.has_boot_block());
    STATIC_REQUIRE_FALSE(dialects::nuttx_lite.negotiates);
    STATIC_REQUIRE(dialects::nuttx.acknowledged);
    STATIC_REQUIRE(dialects::openvela.acknowledged);
    STATIC_REQUIRE(dialects::linux_bufsz.attach == attach_rule::status_byte);
    STATIC_REQUIRE_FALSE(dialects::linux_bufsz.acknowledged);
}
