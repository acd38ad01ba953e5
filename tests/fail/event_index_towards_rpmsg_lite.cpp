// EXPECT: its available ring ends without a used_event word
#include <rpmsg/rpmsg.hpp>

constexpr auto lite = rpmsg::vring_config{.event_index = true, .dialect = rpmsg::wire::dialects::rpmsg_lite};
auto ring = rpmsg::vring_device<lite>{rpmsg::mapped_region<>{nullptr, 0}};
