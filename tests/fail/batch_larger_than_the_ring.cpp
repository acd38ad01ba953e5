// EXPECT: a batch is 1 to all of the buffers
#include <rpmsg/rpmsg.hpp>

constexpr auto stuck = rpmsg::vring_config{.buffers = 4, .batch = 5};
auto ring = rpmsg::vring_device<stuck>{rpmsg::mapped_region<>{nullptr, 0}};
