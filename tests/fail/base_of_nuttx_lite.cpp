// EXPECT: a device of this dialect waits for a base that is not 0: set device_base
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{.buffers = 8, .dialect = rpmsg::wire::dialects::nuttx_lite};
auto device = rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}};
