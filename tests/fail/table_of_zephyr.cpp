// EXPECT: this dialect has a status byte and no resource table
#include <rpmsg/rpmsg.hpp>

constexpr auto block = rpmsg::shared_block{.rings = {.buffers = 4, .dialect = rpmsg::wire::dialects::zephyr}, .size = 0x2000};
auto table = rpmsg::resource_table_of<block>();
