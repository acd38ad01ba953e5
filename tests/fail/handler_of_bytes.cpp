// EXPECT: a handler is called with its link and a message: [](auto& link, rpmsg::message const& m) { ... }
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto&, rpmsg::const_bytes) {});

auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
