// EXPECT: set rings.device_base to that base
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link = rpmsg::shared_block{.rings = {.buffers = 8, .dialect = rpmsg::wire::dialects::openamp},
                                          .host_base = 0x3000'0000,
                                          .remote_base = 0x1000'0000,
                                          .size = 0x1'0000};
constexpr auto table = rpmsg::resource_table_of<link>();
