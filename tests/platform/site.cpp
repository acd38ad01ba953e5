#include <rpmsg/platform/site.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

using rpmsg::order;
using rpmsg::order_of;
using rpmsg::site;

TEST_CASE("what publishes releases, and what looks for it acquires") {
    STATIC_REQUIRE(order_of(site::own_index) == order::release);
    STATIC_REQUIRE(order_of(site::peer_index) == order::acquire);
    STATIC_REQUIRE(order_of(site::control_store) == order::release);
    STATIC_REQUIRE(order_of(site::control_load) == order::acquire);
    STATIC_REQUIRE(order_of(site::status_store) == order::release);
    STATIC_REQUIRE(order_of(site::status_load) == order::acquire);
}

TEST_CASE("a full fence stands where a store must not pass a load") {
    STATIC_REQUIRE(order_of(site::doorbell_fence) == order::full);
    STATIC_REQUIRE(order_of(site::arm_fence) == order::full);
    STATIC_REQUIRE(order_of(site::restart_fence) == order::full);
}

TEST_CASE("everything else is relaxed") {
    STATIC_REQUIRE(order_of(site::own_entry) == order::relaxed);
    STATIC_REQUIRE(order_of(site::peer_entry) == order::relaxed);
    STATIC_REQUIRE(order_of(site::descriptor_load) == order::relaxed);
    STATIC_REQUIRE(order_of(site::header_store) == order::relaxed);
}

TEST_CASE("only what an index orders is one plain access") {
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(site::count_); ++i) {
        auto const where = static_cast<site>(i);
        CHECK((not rpmsg::is_plain(where) or order_of(where) == order::relaxed));
    }
    STATIC_REQUIRE(rpmsg::is_plain(site::own_entry));
    STATIC_REQUIRE(rpmsg::is_plain(site::header_load));
    STATIC_REQUIRE_FALSE(rpmsg::is_plain(site::peer_flags));
    STATIC_REQUIRE_FALSE(rpmsg::is_plain(site::own_event));
    STATIC_REQUIRE_FALSE(rpmsg::is_plain(site::adopted_index));
}
