#pragma once

#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "transport/device_table.hpp"
#include <block_region.hpp>
#include <cstdint>

/// The memory and the doorbells between two sides in one program. The cache between a side and the memory is the one of the
/// folder of caches/ in which `block_region.hpp` was found.
template <rpmsg::vring_config Config> struct two_sides : block_region<Config> {
    using region = typename block_region<Config>::region;
    using bell = rpmsg::doorbell_ref<rpmsg::testing::counting_bell>;

    rpmsg::testing::counting_bell to_driver{};
    rpmsg::testing::counting_bell to_device{};

    /// Writes the resource table of the device's firmware, if the dialect has one.
    constexpr two_sides() {
        put_device_table<Config>([this](std::uint32_t offset, std::uint32_t word) { put(offset, word); });
    }

    /// A new transport of a side; a second one is a restart of that side.
    constexpr auto device() -> rpmsg::vring_device<Config, region, bell> {
        return rpmsg::vring_device<Config, region, bell>{this->device_region(), bell{to_driver}};
    }
    constexpr auto driver() -> rpmsg::vring_driver<Config, region, bell> {
        return rpmsg::vring_driver<Config, region, bell>{this->driver_region(), bell{to_device}};
    }

    /// Reads the memory itself, not a cache.
    template <typename T> constexpr auto at(std::uint32_t offset) -> T {
        return region{this->memory}.template load<rpmsg::site::peer_index, T>(offset);
    }
    template <typename T> constexpr auto put(std::uint32_t offset, T value) -> void {
        region{this->memory}.template store<rpmsg::site::own_index>(offset, value);
    }
};

/// Delivers the doorbells and polls both sides, the driver's side first, `rounds` times.
constexpr auto settle(auto& shared, auto& driver, auto& device, rpmsg::ticks now = 0, int rounds = 6) -> void {
    for (int i = 0; i < rounds; ++i) {
        shared.to_driver.forward(driver);
        (void)driver.poll(now);
        shared.to_device.forward(device);
        (void)device.poll(now);
    }
}
