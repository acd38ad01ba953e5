// EXPECT: SPI has its frames from you: static spi_storage<config> frames; spi<config, port>{frames, port}
#include <rpmsg/rpmsg.hpp>

constexpr auto bus = rpmsg::spi_config{};
constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

auto link = rpmsg::channel{rpmsg::spi<bus, rpmsg::archetypes::spi_port>{}, rpmsg::endpoints{echo}};

auto main() -> int {
    if (link.start()) {
        while (true) {
            link.poll();
            (void)link.get<"x">().send({});
        }
    }
}
