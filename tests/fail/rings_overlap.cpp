// EXPECT: the rings overlap: fewer buffers, or a smaller alignment, take less room
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/transport/vring/fixed_layout.hpp>

constexpr auto rings = rpmsg::vring_config{.buffers = 256, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto places = rpmsg::place<rings>(
    {.region = 0x4ac0'0000, .rings = {0x4ac4'0000, 0x4ac4'2000}, .window = 0x4ac0'0000, .window_size = 0x4'0000});
using bad = rpmsg::fixed_layout<places>;
auto const status = bad::status();
