#include <rpmsg/transport/vring/handshake/status_byte.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::handshake_step;
namespace dialects = rpmsg::wire::dialects;

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};

/// Every value of the status byte (54): the link is up only with driver_ok and without needs_reset.
constexpr auto a_status_byte_is_a_link(std::uint8_t value) -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    auto shared = two_sides<openamp>{};
    auto memory = shared.device_region();
    auto handshake = rpmsg::detail::status_byte_device<openamp>{};
    shared.put(openamp_place::status(), value);
    auto const established = handshake.is_established(memory, openamp_place{});
    check(handshake.advance(memory, openamp_place{}, established, false) ==
          (established ? handshake_step::none : handshake_step::over));
    shared.put(openamp_place::parts(0).available + 2, std::uint16_t{4}); // now the rings are initialised
    check(handshake.advance(memory, openamp_place{}, established, false) ==
          (established ? handshake_step::attach : handshake_step::over));
    return established;
}

/// The status byte is cleared at the start, and set after the rings are initialised.
constexpr auto the_status_byte_comes_last() -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    auto shared = two_sides<openamp>{};
    auto memory = shared.driver_region();
    auto handshake = rpmsg::detail::status_byte_driver<openamp>{};
    shared.put(openamp_place::status(), std::uint8_t{0xff});
    handshake.start(memory, openamp_place{});
    check(shared.at<std::uint8_t>(openamp_place::status()) == 0);
    check(handshake.advance(memory, openamp_place{}, true, true) == handshake_step::attach);
    check(shared.at<std::uint8_t>(openamp_place::status()) == 0);
    handshake.attached(memory, openamp_place{});
    check(shared.at<std::uint8_t>(openamp_place::status()) == 4);
    check(handshake.is_established(memory, openamp_place{}));
    return true;
}

/// The firmware of the remote is reloaded between two starts of the driver, with another table.
constexpr auto a_table_that_was_loaded_anew_is_the_one_that_counts() -> bool {
    using openamp_place = rpmsg::vring_layout<openamp>;
    constexpr auto vdev = openamp_place::status() - std::uint32_t{offsetof(rpmsg::wire::vdev_entry, status)};
    constexpr auto offered_at = vdev + std::uint32_t{offsetof(rpmsg::wire::vdev_entry, device_features)};
    constexpr auto agreed_at = vdev + std::uint32_t{offsetof(rpmsg::wire::vdev_entry, driver_features)};
    auto shared = two_sides<openamp>{};
    auto const live = [&](std::uint32_t offered) {
        shared.put(offered_at, offered);
        auto memory = shared.driver_region();
        auto handshake = rpmsg::detail::status_byte_driver<openamp>{};
        handshake.start(memory, openamp_place{});
        check(handshake.advance(memory, openamp_place{}, true, true) == handshake_step::attach);
        handshake.attached(memory, openamp_place{});
        check(shared.at<std::uint32_t>(offered_at) == offered and shared.at<std::uint32_t>(agreed_at) == offered);
    };
    live(0);
    live(rpmsg::wire::feature_name_service);
    return true;
}

TEST_CASE("54: only driver_ok is a link, with none but the bits that lead to it") {
    STATIC_REQUIRE(a_status_byte_is_a_link(4));
    STATIC_REQUIRE(not a_status_byte_is_a_link(0));
    for (unsigned value = 0; value < 256; ++value) {
        CHECK(a_status_byte_is_a_link(static_cast<std::uint8_t>(value)) == ((value & 0xf4) == 4));
    }
}

TEST_CASE("A table that was reloaded between two starts of the driver is the one that counts") {
    STATIC_REQUIRE(a_table_that_was_loaded_anew_is_the_one_that_counts());
    CHECK(a_table_that_was_loaded_anew_is_the_one_that_counts());
}

TEST_CASE("The status byte is taken back first and set last") {
    STATIC_REQUIRE(the_status_byte_comes_last());
    CHECK(the_status_byte_comes_last());
}

constexpr auto zephyr = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::zephyr};

/// The status byte alone: cleared at the start, set after the rings are initialised, cleared at the end. Nothing else is written.
constexpr auto a_lone_status_byte_is_written_alone() -> bool {
    using handshake = rpmsg::detail::lone_status_driver<zephyr>;
    constexpr auto at = rpmsg::vring_layout<zephyr>{};
    auto shared = two_sides<zephyr>{};
    auto memory = shared.driver_region();
    shared.put(at.status(), std::uint8_t{0xff});
    handshake::start(memory, at);
    check(shared.at<std::uint8_t>(at.status()) == 0);
    check(handshake::advance(memory, at, true, true) == handshake_step::attach);
    check(shared.at<std::uint8_t>(at.status()) == 0);
    handshake::attached(memory, at);
    check(shared.at<std::uint8_t>(at.status()) == 4);
    auto untouched = shared.memory.content;
    untouched[at.status()] = std::byte{0};
    handshake::restart(memory, at);
    return shared.memory.content == untouched;
}

TEST_CASE("A lone status byte is all that its driver writes: cleared, set, cleared") {
    STATIC_REQUIRE(a_lone_status_byte_is_written_alone());
    CHECK(a_lone_status_byte_is_written_alone());
    STATIC_REQUIRE(rpmsg::detail::lone_status_driver<zephyr>::tells_of_close);
    STATIC_REQUIRE(rpmsg::detail::lone_status_driver<zephyr>::fits(rpmsg::vring_layout<zephyr>{}, 1));
    STATIC_REQUIRE_FALSE(rpmsg::detail::lone_status_driver<zephyr>::fits(rpmsg::vring_layout<zephyr>{}, 0));
}

TEST_CASE("A table that does not lie in the region does not fit: a device needs its entry, a driver what it compares") {
    using device = rpmsg::detail::status_byte_device<openamp>;
    using driver = rpmsg::detail::status_byte_driver<openamp>;
    constexpr auto place = rpmsg::vring_layout<openamp>{};
    constexpr auto vdev = place.status() - std::uint32_t{offsetof(rpmsg::wire::vdev_entry, status)};
    constexpr auto entry = std::uint32_t{sizeof(rpmsg::wire::vdev_entry)};
    STATIC_REQUIRE(device::fits(place, vdev + entry));
    STATIC_REQUIRE_FALSE(device::fits(place, vdev + entry - 1));
    STATIC_REQUIRE_FALSE(driver::fits(place, vdev + entry));
    STATIC_REQUIRE(driver::fits(place, vdev + rpmsg::detail::table_check<openamp>::size));
}

} // namespace
