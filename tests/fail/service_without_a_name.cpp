// EXPECT: a service has static name() and on_message(link, message)
#include <rpmsg/rpmsg.hpp>

struct service {
    auto on_message(auto& link, rpmsg::message const& m) -> void { link.reply(m, m.payload); }
};
constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};

auto serving = service{};
auto link = rpmsg::channel{rpmsg::vring_device<rings, rpmsg::mapped_region<>, mailbox>{{nullptr, 0}},
                           rpmsg::endpoints{rpmsg::ref{serving}}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
