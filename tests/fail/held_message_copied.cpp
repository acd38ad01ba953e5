// EXPECT: deleted
#include <rpmsg/rpmsg.hpp>

auto keep(rpmsg::held_message const& first) -> rpmsg::held_message { return first; }
