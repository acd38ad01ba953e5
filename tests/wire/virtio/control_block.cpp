#include <rpmsg/wire/virtio/control_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

using rpmsg::wire::control_block;

TEST_CASE("the two halves of a control block share no cache line") {
    STATIC_REQUIRE(offsetof(control_block, driver) / 64 != offsetof(control_block, device) / 64);
    STATIC_REQUIRE(sizeof(control_block::driver_half) == 64);
    STATIC_REQUIRE(sizeof(control_block::device_half) == 64);
}

TEST_CASE("a dump of a control block begins with its name") {
    constexpr auto text = std::bit_cast<std::array<char, 4>>(rpmsg::wire::control_magic);
    STATIC_REQUIRE(text == std::array{'r', 'p', 'm', '1'});
}
