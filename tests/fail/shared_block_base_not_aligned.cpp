// EXPECT: both cores must see the block at a multiple of the ring alignment
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link =
    rpmsg::shared_block{.rings = {.buffers = 8, .alignment = 4096}, .remote_base = 0x1000'0100, .size = 0x1'0000};
constexpr auto table = rpmsg::resource_table_of<link>();
