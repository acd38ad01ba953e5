// EXPECT: a service that sends credits says so: static constexpr bool has_credits = true
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/testing/loopback.hpp>

auto memory = rpmsg::testing::loopback_memory<>{};
auto link = rpmsg::channel{rpmsg::testing::loopback<>{memory, 0},
                           rpmsg::endpoints{rpmsg::endpoint<"x">([](auto&, rpmsg::message const&) {})}};

auto use() -> bool { return link.get<"x">().send_credit({}).has_value(); }
