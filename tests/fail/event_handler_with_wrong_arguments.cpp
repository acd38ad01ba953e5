// EXPECT: an event handler is called with its link and an event: [](auto& link, rpmsg::event const& e) { ... }
#include <rpmsg/rpmsg.hpp>

auto bad = rpmsg::endpoint<"x">([](auto&, rpmsg::message const&) {}, [](int) {});
