#include <rpmsg/transport/uart/config.hpp>

#include <catch2/catch_test_macros.hpp>

using rpmsg::uart_config;
using rpmsg::uart_profile;

TEST_CASE("A frame holds what its profile puts around a message") {
    STATIC_REQUIRE(uart_config{.payload = 100}.frame_size() == 8 + 16 + 100);
    STATIC_REQUIRE(uart_config{.payload = 100, .profile = uart_profile::reliable}.frame_size() == 12 + 16 + 100 + 4);
}
