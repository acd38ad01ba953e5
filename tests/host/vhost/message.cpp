#include <rpmsg/host/vhost/message.hpp>

#include <catch2/catch_test_macros.hpp>

using rpmsg::host::vhost_message;

TEST_CASE("a message holds a table of eight regions, and what was not sent is zero") {
    STATIC_REQUIRE(sizeof(vhost_message::region) == 32);
    auto message = vhost_message{};
    rpmsg::store(message.payload, vhost_message::ring_state{1, 256});
    auto const state = message.as<vhost_message::ring_state>();
    CHECK(state.ring == 1);
    CHECK(state.value == 256);
    auto const addresses = message.as<vhost_message::ring_addresses>();
    CHECK(addresses.ring == 1);
    CHECK(addresses.used == 0);
    CHECK(message.as<vhost_message::memory_table>().regions[7].size == 0);
}
