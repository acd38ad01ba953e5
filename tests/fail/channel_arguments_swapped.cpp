// EXPECT: the endpoints come second: write channel{transport, endpoints{...}, lock, wait}
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::endpoints{echo}, rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
