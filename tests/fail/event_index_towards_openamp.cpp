// EXPECT: never use the event index towards OpenAMP
#include <rpmsg/rpmsg.hpp>

constexpr auto openamp = rpmsg::vring_config{.event_index = true, .dialect = rpmsg::wire::dialects::openamp};
auto ring = rpmsg::vring_device<openamp>{rpmsg::mapped_region<>{nullptr, 0}};
