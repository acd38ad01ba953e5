#pragma once

#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring/layout.hpp>

/// The memory of a block that every side sees alike.
template <rpmsg::vring_config Config> struct block_region {
    static constexpr auto size = rpmsg::vring_layout<Config>::size();
    using region = rpmsg::testing::array_region<size>;

    rpmsg::testing::array_memory<size> memory{};

    constexpr auto driver_region() -> region { return region{memory}; }
    constexpr auto device_region() -> region { return region{memory}; }
};
