// EXPECT: not 53, which belongs to the name service
#include <rpmsg/rpmsg.hpp>

auto bad = rpmsg::endpoint<53>([](auto&, rpmsg::message const&) {});
