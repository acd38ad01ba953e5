// EXPECT: a batch is 1 to all of the buffers
#include <rpmsg/rpmsg.hpp>

constexpr auto never = rpmsg::vring_config{.buffers = 8, .batch = 0};
auto ring = rpmsg::vring_device<never>{rpmsg::mapped_region<>{nullptr, 0}};
