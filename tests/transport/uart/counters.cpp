#include <rpmsg/transport/uart/counters.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("A new line has counted nothing") {
    STATIC_REQUIRE(rpmsg::uart_counters{} == rpmsg::uart_counters{.bad_check = 0});
    STATIC_REQUIRE(rpmsg::uart_counters{} != rpmsg::uart_counters{.resent = 1});
}
