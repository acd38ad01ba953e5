// EXPECT: the name of an edge has 1 to 7 printable characters, and no colon
#include <rpmsg/rpmsg.hpp>

auto port = rpmsg::router_port<"processor">{};
