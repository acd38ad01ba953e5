// EXPECT: the buffers lie outside of the windows
#include <rpmsg/transport/vring/shared_block_plan.hpp>

constexpr auto link = rpmsg::shared_block{
    .rings = {.buffers = 8}, .size = 0x1'0000, .windows = {rpmsg::address_window{.start = 0x4000'0000, .size = 0x1'0000}}};
constexpr auto table = rpmsg::resource_table_of<link>();
