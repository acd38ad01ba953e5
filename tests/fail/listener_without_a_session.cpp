// EXPECT: a listener is called with its link, the number of the session and a message
#include <rpmsg/rpmsg.hpp>

auto table = rpmsg::endpoints{rpmsg::listener<"fs-", 4>([](auto&, rpmsg::message const&) {})};
