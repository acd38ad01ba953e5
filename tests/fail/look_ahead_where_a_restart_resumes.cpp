// EXPECT: this transport resumes by an index: messages are returned in order, without look-ahead
#include <rpmsg/rpmsg.hpp>

struct in_order : rpmsg::archetypes::transport {
    static constexpr bool resumes_by_index = true;
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });
auto side = rpmsg::channel{in_order{}, rpmsg::dispatched{rpmsg::endpoints{echo}, rpmsg::inline_worker<>{}}};

auto use() -> void { (void)side.poll(); }
