// EXPECT: a buffer must be larger than the 16-byte header
#include <rpmsg/rpmsg.hpp>

constexpr auto tiny = rpmsg::vring_config{.buffers = 8, .buffer_size = 16};
auto ring = rpmsg::vring_driver<tiny>{rpmsg::mapped_region<>{nullptr, 0}};
