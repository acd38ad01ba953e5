// EXPECT: a doorbell is told which ring to ring for: auto ring(std::uint32_t queue) -> void, or -> bool
#include <rpmsg/rpmsg.hpp>

struct bell {
    auto ring() -> void {}
};
constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, bell>{{nullptr, 0}}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
