#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
struct without_release : rpmsg::archetypes::transport {
    auto release(rpmsg::rx_token const&) -> void = delete;
};
struct that_answers_nothing : rpmsg::archetypes::transport {
    auto poll(rpmsg::ticks) -> void;
};
constexpr auto some_rings = rpmsg::vring_config{};
} // namespace

TEST_CASE("both ends of a shared block are transports") {
    STATIC_REQUIRE(rpmsg::transport<rpmsg::vring_device<some_rings>>);
    STATIC_REQUIRE(rpmsg::transport<rpmsg::vring_driver<some_rings>>);
}

TEST_CASE("a transport that cannot take a message back, or tell of the link, is none") {
    STATIC_REQUIRE_FALSE(rpmsg::transport<without_release>);
    STATIC_REQUIRE_FALSE(rpmsg::transport<that_answers_nothing>);
}

TEST_CASE("a loan is a buffer or nothing") {
    STATIC_REQUIRE_FALSE(static_cast<bool>(rpmsg::tx_buffer{}));
    STATIC_REQUIRE(rpmsg::rx_buffer{}.outcome == rpmsg::rx_outcome::none);
    STATIC_REQUIRE(rpmsg::link_change{}.event == rpmsg::link_event::none);
    STATIC_REQUIRE_FALSE(rpmsg::poll_deadline{}.is_set);
}
