// EXPECT: the block is too small for its rings and buffers
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link = rpmsg::shared_block{.rings = {.buffers = 8}, .size = 4096};
constexpr auto table = rpmsg::resource_table_of<link>();
