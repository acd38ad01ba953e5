// EXPECT: Linux maps whole pages
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link =
    rpmsg::shared_block{.rings = {.buffers = 8, .dialect = rpmsg::wire::dialects::linux_virtio}, .size = 0x1'0000};
constexpr auto table = rpmsg::resource_table_of<link>();
