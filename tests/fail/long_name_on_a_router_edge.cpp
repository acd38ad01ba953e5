// EXPECT: an endpoint on a router's edge has a name of at most 21 characters, not r: or router:
#include <rpmsg/rpmsg.hpp>

auto port = rpmsg::router_port<"b">{};
auto edge = rpmsg::channel{rpmsg::router_edge{port},
                           rpmsg::endpoints{rpmsg::endpoint<"rpmsg-a-name-too-long-">([](auto&, rpmsg::message const&) {})}};

auto use() -> bool { return edge.start().has_value(); }
