// EXPECT: a peer of this dialect has the same count in both rings
#include <rpmsg/rpmsg.hpp>

constexpr auto uneven =
    rpmsg::vring_config{.buffers = 8, .host_to_remote_buffers = 4, .dialect = rpmsg::wire::dialects::rpmsg_lite};
auto ring = rpmsg::vring_device<uneven>{rpmsg::mapped_region<>{nullptr, 0}};
