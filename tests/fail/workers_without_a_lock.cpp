// EXPECT: workers use the link together with its poller: name a lock that excludes threads
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });
auto side = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                           rpmsg::dispatched{rpmsg::endpoints{echo}, rpmsg::workers<>{}}};

auto use() -> void { (void)side.poll(); }
