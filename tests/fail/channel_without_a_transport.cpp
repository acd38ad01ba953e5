// EXPECT: the first argument of a channel is a transport
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::mapped_region<>{nullptr, 0}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
