// EXPECT: never use the event index towards OpenAMP
#include <rpmsg/rpmsg.hpp>

constexpr auto nuttx = rpmsg::vring_config{.event_index = true, .dialect = rpmsg::wire::dialects::nuttx};
auto ring = rpmsg::vring_device<nuttx>{rpmsg::mapped_region<>{nullptr, 0}};
