// EXPECT: the block is too small for its rings and buffers
#include <rpmsg/framework/contract_plan.hpp>

constexpr auto link = rpmsg::contract{.rings = {.buffers = 8}, .size = 4096};
constexpr auto table = rpmsg::resource_table_of<link>();
