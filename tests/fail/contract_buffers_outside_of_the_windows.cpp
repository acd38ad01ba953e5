// EXPECT: the buffers lie outside of the windows
#include <rpmsg/framework/contract_plan.hpp>

constexpr auto link = rpmsg::contract{
    .rings = {.buffers = 8}, .size = 0x1'0000, .windows = {rpmsg::address_window{.start = 0x4000'0000, .size = 0x1'0000}}};
constexpr auto table = rpmsg::resource_table_of<link>();
