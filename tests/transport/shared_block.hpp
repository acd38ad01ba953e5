#pragma once

#include <rpmsg/testing/array_region.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/vring.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <cstdint>

/// The memory and the doorbells between two sides, inside one program.
template <rpmsg::vring_config Config> struct shared_block {
    static constexpr auto size = rpmsg::vring_layout<Config>::size();
    using region = rpmsg::testing::array_region<size>;
    using bell = rpmsg::doorbell_ref<rpmsg::testing::counting_bell>;

    rpmsg::testing::array_memory<size> memory{};
    rpmsg::testing::counting_bell to_driver{};
    rpmsg::testing::counting_bell to_device{};

    constexpr auto device() -> rpmsg::vring<Config, region, bell> {
        return rpmsg::vring<Config, region, bell>{region{memory}, bell{to_driver}};
    }
    constexpr auto driver() -> rpmsg::vring_driver<Config, region, bell> {
        return rpmsg::vring_driver<Config, region, bell>{region{memory}, bell{to_device}};
    }

    template <typename T> constexpr auto at(std::uint32_t offset) -> T {
        return region{memory}.template load<rpmsg::site::peer_index, T>(offset);
    }
    template <typename T> constexpr auto put(std::uint32_t offset, T value) -> void {
        region{memory}.template store<rpmsg::site::own_index>(offset, value);
    }
};

/// Lets the doorbells through and both sides poll, the driver's side first, `rounds` times.
constexpr auto settle(auto& shared, auto& driver, auto& device, rpmsg::ticks now = 0, int rounds = 6) -> void {
    for (int i = 0; i < rounds; ++i) {
        shared.to_driver.forward(driver);
        (void)driver.poll(now);
        shared.to_device.forward(device);
        (void)device.poll(now);
    }
}
