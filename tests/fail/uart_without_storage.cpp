// EXPECT: a uart has its frames from you: static uart_storage<config> frames{}; uart<config, line>{frames, line}
#include <rpmsg/rpmsg.hpp>

constexpr auto line_rules = rpmsg::uart_config{};
struct wire {
    auto write(rpmsg::const_bytes out) -> std::size_t { return out.size(); }
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::uart<line_rules, wire>{wire{}}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
