// EXPECT: endpoints{...} takes endpoint<name>(handler), ref{service}, or a class of your own like these
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};

auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}},
                           rpmsg::endpoints{[](auto&, rpmsg::message const&) {}}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
