// EXPECT: two endpoints of a table have the same name or the same address
#include <rpmsg/rpmsg.hpp>

constexpr auto ignore = [](auto&, rpmsg::message const&) {};
auto table = rpmsg::endpoints{rpmsg::endpoint<0x100>(ignore), rpmsg::endpoint<0x100>(ignore)};
