// EXPECT: the third argument of a channel is a lock
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct open_door {};
auto side = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}}, rpmsg::endpoints{}, open_door{}};
