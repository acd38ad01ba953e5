#include <rpmsg/host/vhost/features.hpp>

#include <catch2/catch_test_macros.hpp>

using rpmsg::host::vhost_features;

namespace {
constexpr auto plain = rpmsg::vring_config{.dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto with_events = rpmsg::vring_config{.event_index = true, .dialect = rpmsg::wire::dialects::linux_virtio};
} // namespace

TEST_CASE("what is offered follows from the configuration and the wishes") {
    CHECK(vhost_features{plain, {}}.offered() == 0x1'4000'0001);
    CHECK(vhost_features{plain, {.version_1 = false}}.offered() == 0x4000'0001);
    CHECK(vhost_features{with_events, {}}.offered() == 0x1'6000'0001);
    CHECK(vhost_features{plain, {}}.protocol_offered() == 0x28);
    CHECK(vhost_features{plain, {.in_band = true}}.protocol_offered() == 0x4028);
}

TEST_CASE("a choice of what was offered is taken") {
    auto features = vhost_features{plain, {.in_band = true}};
    CHECK(features.take(0x1'4000'0001).empty());
    CHECK(features.taken() == 0x1'4000'0001);
    CHECK(features.enables_rings());
    CHECK(features.take_protocol(0x4008).empty());
    CHECK(features.acknowledges());
    CHECK(features.uses_in_band());
    CHECK(features.takes_names());
    CHECK(features.take(1).empty());
    CHECK_FALSE(features.enables_rings());
    CHECK(features.takes_names());
    CHECK(features.take(0x1'0000'0000).empty());
    CHECK_FALSE(features.takes_names());
    features.forget();
    CHECK(features.taken() == 0);
    CHECK_FALSE(features.acknowledges());
}

TEST_CASE("what was not offered, or what the link needs and does not get, is named") {
    auto features = vhost_features{plain, {}};
    CHECK(features.take(0x3'4000'0001) == "takes feature bits that were not offered: 33");
    CHECK(features.take_protocol(0x4200) == "takes protocol features that were not offered: 9, 14");
    CHECK(features.taken() == 0);
    auto const refusal = vhost_features{with_events, {}}.take(0x1'4000'0001);
    CHECK(refusal.find("does not take the event index") == 0);
}
