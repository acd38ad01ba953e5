// Two ends of a link in this program; the traffic of one is written to a file for Wireshark: `capture link.pcapng`. In a pipe,
// `capture /dev/stdout | tshark -r -`, it is seen live.
#include <rpmsg/host/capture/pcapng.hpp>
#include <rpmsg/rpmsg.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 128};
alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory{};
} // namespace

auto main(int count, char** arguments) -> int {
    auto all = rpmsg::host::pcapng::create(count > 1 ? arguments[1] : "link.pcapng");
    auto link = all ? all->add_link("host", "rpmsg") : rpmsg::host::failure{all.error()};
    if (not link) {
        fmt::print(stderr, "{}\n", link.error());
        return 1;
    }
    auto const region = rpmsg::mapped_region{memory.data(), std::uint32_t{memory.size()}};
    auto answers = 0;
    auto remote = rpmsg::channel{
        rpmsg::vring_device<rings>{region},
        rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto& it, rpmsg::message const& m) { it.reply(m, m.payload); })}};
    auto host = rpmsg::channel{rpmsg::tapped{rpmsg::vring_driver<rings>{region}, *link},
                               rpmsg::endpoints{rpmsg::endpoint<"echo">([&](auto&, rpmsg::message const&) { ++answers; })}};
    if (not host.start() or not remote.start()) {
        return 1;
    }
    constexpr auto question = std::array<std::byte, 5>{};
    for (auto turn = 0; turn < 100 and answers < 10; ++turn) {
        host.poll();
        remote.poll();
        (void)host.get<"echo">().send(question);
    }
    host.close();
    all->finish();
    fmt::print(stderr, "{} answers; {}\n", answers, all->error().empty() ? "all packets are recorded" : all->error());
    return answers == 10 and all->error().empty() ? 0 : 1;
}
