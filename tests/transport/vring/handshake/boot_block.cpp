#include <rpmsg/transport/vring/handshake/boot_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>
#include <cstdint>

namespace {

using rpmsg::vring_config;

constexpr auto config = vring_config{.buffers = 4,
                                     .host_to_remote = 128,
                                     .remote_to_host = 64,
                                     .alignment = 16,
                                     .device_base = 0x1'0000'2000,
                                     .dialect = rpmsg::wire::dialects::openvela};
using place = rpmsg::vring_layout<config>;
using table = rpmsg::detail::driver_table<config>;
constexpr auto vdev = place::status() - std::uint32_t{offsetof(rpmsg::wire::vdev_entry, status)};

constexpr auto the_table_is_the_drivers() -> bool {
    auto shared = two_sides<config>{};
    auto memory = shared.driver_region();
    shared.put(place::status(), std::uint8_t{4});
    table::fill(memory, place{});
    auto const word = [&](std::uint32_t offset) { return shared.at<std::uint32_t>(offset); };
    check(word(place::table()) == 1 and word(place::table() + 16) == vdev - place::table());
    check(word(vdev) == 3 and word(vdev + 4) == 7 and word(vdev + 12) == 7 and word(vdev + 16) == 0);
    check(word(vdev + 28) == place::parts(0).descriptors and word(vdev + 28 + 4) == 16 and word(vdev + 28 + 8) == 4);
    check(word(vdev + 68) == 128 and word(vdev + 72) == 64);
    check(shared.at<std::uint8_t>(place::status()) == 0);
    table::put_base(memory, place{}, table::base_of(place{}));
    check(word(0) == 0x2000 and word(4) == 1);
    table::put_status(memory, place{}, 5);
    return word(vdev + 16) == 5 and shared.at<std::uint8_t>(place::status()) == 4;
}

TEST_CASE("The driver fills the table, then the base, then the status") {
    STATIC_REQUIRE(the_table_is_the_drivers());
    CHECK(the_table_is_the_drivers());
}

TEST_CASE("A boot block fits where the whole vdev entry with its config space does") {
    constexpr auto end = vdev + rpmsg::detail::table_check<config>::size;
    STATIC_REQUIRE(rpmsg::detail::boot_block_fits<config>(place{}, end));
    STATIC_REQUIRE_FALSE(rpmsg::detail::boot_block_fits<config>(place{}, end - 1));
}

} // namespace
