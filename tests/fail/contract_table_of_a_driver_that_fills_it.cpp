// EXPECT: with this dialect the driver fills the resource table
#include <rpmsg/framework/contract_plan.hpp>

constexpr auto link = rpmsg::contract{.rings = {.buffers = 8, .device_base = 0x1000, .dialect = rpmsg::wire::dialects::nuttx},
                                      .host_base = 0x1000,
                                      .remote_base = 0x1000,
                                      .size = 0x1'0000};
constexpr auto table = rpmsg::resource_table_of<link>();
