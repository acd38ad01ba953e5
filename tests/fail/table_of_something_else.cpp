// EXPECT: the parts of a resource table are shared_block and wire::trace_entry
#include <rpmsg/rpmsg.hpp>

constexpr auto link =
    rpmsg::shared_block{.rings = {.buffers = 8, .device_base = 0x1000'0000, .dialect = rpmsg::wire::dialects::openamp},
                        .host_base = 0x1000'0000,
                        .remote_base = 0x1000'0000,
                        .size = 0x4000};
constinit auto table = rpmsg::resource_table_of<link, 4096>();
