// EXPECT: two parts of the block overlap: fewer buffers, or a smaller alignment, take less room
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring_driver.hpp>

constexpr auto rings = rpmsg::vring_config{.buffers = 16, .alignment = 4096, .dialect = rpmsg::wire::dialects::openamp};
constexpr auto places = rpmsg::vendor_places{.region = 0x3000'0000,
                                             .rings = {0x3001'0000, 0x3001'4000},
                                             .window = 0x3000'0000,
                                             .window_size = 0x8000,
                                             .status = 0x3001'8000 + 20 + 24,
                                             .table = 0x3000'4000};
auto driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, rpmsg::no_doorbell, rpmsg::fixed_layout<rings, places>>{
    rpmsg::mapped_region<>{nullptr, 0}};
