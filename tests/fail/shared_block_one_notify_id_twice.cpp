// EXPECT: each ring needs a notify id of its own
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link = rpmsg::shared_block{.rings = {.buffers = 8}, .size = 0x1'0000, .ring_notify_ids = {1, 1}};
constexpr auto table = rpmsg::resource_table_of<link>();
