#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring/handshake/base_word.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>
#include <cstdint>

namespace {

using rpmsg::config_mismatch;
using rpmsg::vring_config;
using rpmsg::detail::handshake_step;

constexpr auto lite =
    vring_config{.buffers = 4, .buffer_size = 64, .device_base = 0x1000, .dialect = rpmsg::wire::dialects::nuttx_lite};
using place = rpmsg::vring_layout<lite>;
using device = rpmsg::detail::base_word_device<lite>;
using driver = rpmsg::detail::base_word_driver<lite>;
constexpr auto vdev = place::status() - std::uint32_t{offsetof(rpmsg::wire::vdev_entry, status)};

constexpr auto words_are_there_between_start_and_end() -> bool {
    auto shared = two_sides<lite>{};
    auto memory = shared.driver_region();
    auto const at = place{};
    shared.put(0, std::uint32_t{0x77});
    driver::start(memory, at);
    check(shared.at<std::uint32_t>(0) == 0 and shared.at<std::uint8_t>(place::status()) == 0);
    check(driver::advance(memory, at, true, false) == handshake_step::attach);
    check(shared.at<std::uint32_t>(0) == 0);
    driver::attached(memory, at);
    check(shared.at<std::uint32_t>(0) == 0x1000 and shared.at<std::uint8_t>(place::status()) == 4);
    driver::restart(memory, at);
    return shared.at<std::uint32_t>(0) == 0 and shared.at<std::uint8_t>(place::status()) == 0;
}

/// Memory that notes whether the status was ever set beside another base than the driver's.
struct watching_region : rpmsg::testing::array_region<place::size()> {
    bool* is_torn;

    constexpr watching_region(rpmsg::testing::array_memory<place::size()>& memory, bool& torn)
        : array_region{memory}, is_torn{&torn} {}
    template <rpmsg::site Site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        array_region::store<Site>(offset, value);
        auto const word = [&](std::uint32_t at) { return array_region::load<rpmsg::site::control_load, std::uint32_t>(at); };
        auto const is_set = array_region::load<rpmsg::site::status_load, std::uint8_t>(place::status()) != 0;
        *is_torn = *is_torn or (is_set and (word(0) != 0x1000 or word(4) != 0));
    }
};

constexpr auto the_status_stands_for_a_whole_base() -> bool {
    auto content = rpmsg::testing::array_memory<place::size()>{};
    auto torn = false;
    auto memory = watching_region{content, torn};
    driver::start(memory, place{});
    driver::attached(memory, place{});
    driver::restart(memory, place{});
    driver::attached(memory, place{});
    return not torn and device::is_established(memory, place{});
}

TEST_CASE("The status is never set beside a base that is not whole") {
    STATIC_REQUIRE(the_status_stands_for_a_whole_base());
    CHECK(the_status_stands_for_a_whole_base());
}

TEST_CASE("A device that is up looks at the driver's words by time: a restart of it may ring nothing") {
    auto shared = two_sides<lite>{};
    auto host = shared.driver();
    auto remote = shared.device();
    REQUIRE((host.start() and remote.start()));
    settle(shared, host, remote);
    REQUIRE((host.is_up() and remote.is_up()));
    CHECK(remote.next_deadline(7).is_set);
    shared.memory.content = {}; // as NuttX's master begins
    CHECK(remote.poll(0).event == rpmsg::link_event::down);
    CHECK(remote.next_deadline(7).is_set);
}

/// A driver's block, with some word changed, as a device finds it.
constexpr auto with(std::uint32_t offset, std::uint32_t word) -> config_mismatch {
    auto shared = two_sides<lite>{};
    auto memory = shared.driver_region();
    auto at = place{};
    driver::start(memory, at);
    driver::attached(memory, at);
    auto seen = shared.device_region();
    check(device::is_established(seen, at) and device::mismatch(seen, at) == config_mismatch::none);
    shared.put(offset, word);
    return device::mismatch(seen, at);
}

constexpr auto a_device_needs_base_and_status_and_rings() -> bool {
    auto shared = two_sides<lite>{};
    auto memory = shared.device_region();
    auto at = place{};
    check(not device::is_established(memory, at));
    check(device::advance(memory, at, false, false) == handshake_step::over);
    auto of_driver = shared.driver_region();
    driver::start(of_driver, at);
    shared.put(place::status(), std::uint8_t{4});
    check(not device::is_established(memory, at));
    shared.put(0, std::uint32_t{0x1000});
    check(device::is_established(memory, at));
    check(device::advance(memory, at, true, false) == handshake_step::none); // the rings are blank
    shared.put(place::parts(0).available + 2, std::uint16_t{4});
    return device::advance(memory, at, true, false) == handshake_step::attach;
}

TEST_CASE("Base and status are there while the rings are, and cleared before and after") {
    STATIC_REQUIRE(words_are_there_between_start_and_end());
    CHECK(words_are_there_between_start_and_end());
}

TEST_CASE("The device attaches where base, status and rings are there") {
    STATIC_REQUIRE(a_device_needs_base_and_status_and_rings());
    CHECK(a_device_needs_base_and_status_and_rings());
}

TEST_CASE("Offered features are in effect without being kept, and sizes come from the table without a feature bit") {
    STATIC_REQUIRE(with(vdev + 16, 0) == config_mismatch::none);                      // kept features
    STATIC_REQUIRE(with(vdev, 0) == config_mismatch::none);                           // NuttX leaves the type at 0
    STATIC_REQUIRE(with(vdev, 1) == config_mismatch::no_device);                      // a carveout
    STATIC_REQUIRE(with(vdev + 12, 1) == config_mismatch::features);                  // no acknowledgement
    STATIC_REQUIRE(with(vdev + 28 + 2 * 20, 128) == config_mismatch::to_device_size); // config space
    STATIC_REQUIRE(with(vdev + 28 + 2 * 20 + 4, 128) == config_mismatch::to_driver_size);
    STATIC_REQUIRE(with(0, 0x2000) == config_mismatch::base_address);
}

} // namespace
