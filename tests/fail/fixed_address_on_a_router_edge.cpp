// EXPECT: an endpoint on a router's edge has a name and no fixed address: the hub finds it by its name
#include <rpmsg/rpmsg.hpp>

auto port = rpmsg::router_port<"b">{};
auto edge = rpmsg::channel{rpmsg::router_edge{port},
                           rpmsg::endpoints{rpmsg::endpoint<0x100, 0x200>([](auto&, rpmsg::message const&) {})}};

auto use() -> bool { return edge.start().has_value(); }
