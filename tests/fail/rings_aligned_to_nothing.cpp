// EXPECT: the ring alignment is a power of two of at least 4 bytes
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{.alignment = 0};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}}, rpmsg::endpoints{}};

auto main() -> int {
    if (link.start()) {
        link.poll();
    }
}
