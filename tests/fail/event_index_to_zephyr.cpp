// EXPECT: never use the event index towards OpenAMP
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{.buffers = 8, .event_index = true, .dialect = rpmsg::wire::dialects::zephyr};
auto device = rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}};
