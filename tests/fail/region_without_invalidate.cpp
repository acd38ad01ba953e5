// EXPECT: the memory of a vring is a region
#include <rpmsg/rpmsg.hpp>

struct memory {
    auto size() const -> std::uint32_t { return 65536; }
    template <rpmsg::site, typename T> auto load(std::uint32_t) -> T { return {}; }
    template <rpmsg::site, typename T> auto store(std::uint32_t, T) -> void {}
    template <rpmsg::site> auto fence() -> void {}
    auto view(std::uint32_t, std::uint32_t) -> rpmsg::bytes { return {}; }
    auto clean(std::uint32_t, std::uint32_t) -> void {}
};
constexpr auto rings = rpmsg::vring_config{};
struct mailbox {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::vring_device<rings, memory, mailbox>{}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
