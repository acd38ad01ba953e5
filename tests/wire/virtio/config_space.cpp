#include <rpmsg/wire/virtio/config_space.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <bit>
#include <cstddef>

namespace wire = rpmsg::wire;

TEST_CASE("the config space of Linux is packed: version, size, and the sizes as the device sees them") {
    constexpr auto raw = std::bit_cast<std::array<std::uint8_t, 11>>(wire::offer_sizes(1024, 512));
    STATIC_REQUIRE(raw == std::array<std::uint8_t, 11>{1, 11, 0, 0, 4, 0, 0, 0, 2, 0, 0});
}

TEST_CASE("the config space of NuttX lies as its driver reads it") {
    STATIC_REQUIRE(offsetof(wire::rptun_config, to_device_size) == 0);
    STATIC_REQUIRE(offsetof(wire::rptun_config, to_driver_size) == 4);
    STATIC_REQUIRE(offsetof(wire::rptun_config, to_device_address) == 8);
    STATIC_REQUIRE(offsetof(wire::rptun_config, to_driver_address) == 16);
    STATIC_REQUIRE(offsetof(wire::rptun_config, driver_name) == 24);
    STATIC_REQUIRE(offsetof(wire::rptun_config, device_name) == 32);
}
