// EXPECT: region and doorbell are swapped: first the config, then the region, then the doorbell
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::vring_device<rings, mailbox, rpmsg::mapped_region<>>{mailbox{}, {nullptr, 0}},
                           rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
