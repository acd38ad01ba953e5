// EXPECT: a restart of this side resumes by an index, without what was looked at ahead
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{.dialect = rpmsg::wire::dialects::openamp};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });
auto side = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                           rpmsg::dispatched{rpmsg::endpoints{echo}, rpmsg::inline_worker<>{}}};

auto use() -> void { (void)side.poll(); }
