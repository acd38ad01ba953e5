// EXPECT: two edges of a hub have the same name
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
using link = rpmsg::vring_device<rings>;
auto hub = rpmsg::router_hub{rpmsg::nuttx_edge<"a">(link{rpmsg::mapped_region<>{nullptr, 0}}),
                             rpmsg::nuttx_edge<"a">(link{rpmsg::mapped_region<>{nullptr, 0}})};
