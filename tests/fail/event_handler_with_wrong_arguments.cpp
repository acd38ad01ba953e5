// EXPECT: event_handler
#include <rpmsg/rpmsg.hpp>

auto bad = rpmsg::endpoint<"x">([](auto&, rpmsg::message const&) {}, [](int) {});
