// EXPECT: waiting needs a wait policy: name one as the fourth argument of the channel
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
constexpr auto ignore = [](auto&, rpmsg::message const&) {};
auto side = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                           rpmsg::endpoints{rpmsg::endpoint<"x">(ignore)}};

auto use() -> void { (void)side.get<"x">().send_until({}, 100); }
