#include <rpmsg/core/address.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <type_traits>

TEST_CASE("addresses are what Linux, OpenAMP and rpmsg-lite take them for") {
    STATIC_REQUIRE(rpmsg::any_address == rpmsg::address{0xffff'ffff});
    STATIC_REQUIRE(rpmsg::name_service_address == rpmsg::address{0x35});
    STATIC_REQUIRE(rpmsg::first_dynamic_address == 0x400);
    STATIC_REQUIRE(sizeof(rpmsg::address) == 4);
}

TEST_CASE("an address is not a number by accident") {
    STATIC_REQUIRE_FALSE(std::is_convertible_v<rpmsg::address, std::uint32_t>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::uint32_t, rpmsg::address>);
}
