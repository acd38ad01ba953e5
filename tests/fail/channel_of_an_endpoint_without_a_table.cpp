// EXPECT: endpoints stand in a table: write channel{transport, endpoints{endpoint}}
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}}, echo};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
