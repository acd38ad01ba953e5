// EXPECT: the second argument of a channel is a table of endpoints
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};

auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}}, rpmsg::spin_lock{}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
