// EXPECT: need a notify id
#include <rpmsg/framework/contract_plan.hpp>

constexpr auto link = rpmsg::contract{.rings = {.buffers = 8}, .size = 0x1'0000, .ring_notify_ids = {1, 1}};
constexpr auto table = rpmsg::resource_table_of<link>();
