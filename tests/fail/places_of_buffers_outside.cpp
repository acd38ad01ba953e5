// EXPECT: the driver's buffers lie outside of the window
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring_driver.hpp>

constexpr auto rings = rpmsg::vring_config{.buffers = 16, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto places = rpmsg::vendor_places{.region = 0x3000'0000,
                                             .rings = {0x3000'0000, 0x3000'4000},
                                             .window = 0x3000'8000,
                                             .window_size = 0x2000,
                                             .driver_buffers = {0x3000'8000, 0x3000'a000}};
auto driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, rpmsg::no_doorbell, rpmsg::fixed_layout<rings, places>>{
    rpmsg::mapped_region<>{nullptr, 0}};
