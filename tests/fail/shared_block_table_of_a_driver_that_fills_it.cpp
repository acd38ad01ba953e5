// EXPECT: with this dialect the driver fills the resource table
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link =
    rpmsg::shared_block{.rings = {.buffers = 8, .device_base = 0x1000, .dialect = rpmsg::wire::dialects::nuttx},
                        .host_base = 0x1000,
                        .remote_base = 0x1000,
                        .size = 0x1'0000};
constexpr auto table = rpmsg::resource_table_of<link>();
