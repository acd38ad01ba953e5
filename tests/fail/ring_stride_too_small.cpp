// EXPECT: the ring stride is smaller than a ring
#include <rpmsg/rpmsg.hpp>

constexpr auto narrow = rpmsg::vring_config{.buffers = 8, .ring_stride = 64};
auto ring = rpmsg::vring_device<narrow>{rpmsg::mapped_region<>{nullptr, 0}};
