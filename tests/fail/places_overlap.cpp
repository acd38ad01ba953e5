// EXPECT: two parts of the block overlap: fewer buffers, or a smaller alignment, take less room
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring_driver.hpp>

constexpr auto rings = rpmsg::vring_config{.buffers = 256, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto places = rpmsg::vendor_places{
    .region = 0x4ac0'0000, .rings = {0x4ac4'0000, 0x4ac4'2000}, .window = 0x4ac0'0000, .window_size = 0x4'0000};
auto driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, rpmsg::no_doorbell, rpmsg::fixed_layout<rings, places>>{
    rpmsg::mapped_region<>{nullptr, 0}};
