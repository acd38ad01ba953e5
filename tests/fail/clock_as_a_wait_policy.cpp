// EXPECT: the fourth argument of a channel is a wait policy
#include <rpmsg/rpmsg.hpp>

struct clock {
    auto now() -> rpmsg::ticks { return 0; }
};
constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}}, rpmsg::endpoints{echo},
                           rpmsg::no_lock{}, clock{}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
