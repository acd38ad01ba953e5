// EXPECT: a vring holds a power of two buffers
#include <rpmsg/rpmsg.hpp>

constexpr auto odd = rpmsg::vring_config{.buffers = 7};
auto ring = rpmsg::vring_device<odd>{rpmsg::mapped_region<>{nullptr, 0}};
