// EXPECT: a line says how many bytes it took: auto write(rpmsg::const_bytes) -> std::size_t
#include <rpmsg/rpmsg.hpp>

constexpr auto line_rules = rpmsg::uart_config{};
struct wire {
    auto write(rpmsg::const_bytes) -> int { return 0; }
};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto frames = rpmsg::uart_storage<line_rules>{};
auto link = rpmsg::channel{rpmsg::uart<line_rules, wire>{frames, wire{}}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
