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

constexpr auto the_base_comes_last_and_goes_first() -> bool {
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

TEST_CASE("The driver writes the base last, and clears it first") {
    STATIC_REQUIRE(the_base_comes_last_and_goes_first());
    CHECK(the_base_comes_last_and_goes_first());
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
