// EXPECT: endpoints are created in a group for them: endpoints{..., named<8>{}}
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/testing/loopback.hpp>

auto memory = rpmsg::testing::loopback_memory<>{};
auto link = rpmsg::channel{rpmsg::testing::loopback<>{memory, 0},
                           rpmsg::endpoints{rpmsg::listener<"fs-", 4>([](auto&, std::uint32_t, rpmsg::message const&) {})}};
auto ignore = [](auto, rpmsg::message const&) {};

auto use() -> bool { return link.create("x", ignore).has_value(); }
