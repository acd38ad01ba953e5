// EXPECT: an rpmsg service name is at least one character
#include <rpmsg/rpmsg.hpp>

auto bad = rpmsg::endpoint<"">([](auto&, rpmsg::message const&) {});
