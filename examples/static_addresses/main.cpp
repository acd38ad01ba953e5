// Two cores that agree on addresses in advance, without names and name service. Both ends are in this one program.
#include <rpmsg/rpmsg.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 128};
alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory{};

std::uint32_t answer{};
} // namespace

auto main() -> int {
    auto const region = rpmsg::mapped_region{memory.data(), std::uint32_t{memory.size()}};

    auto remote = rpmsg::channel{rpmsg::vring_device<rings>{region},
                                 rpmsg::endpoints{rpmsg::endpoint<0x200, 0x100>([](auto& link, rpmsg::message const& m) {
                                     auto doubled = std::array<std::byte, 4>{};
                                     rpmsg::store(doubled, rpmsg::load<std::uint32_t>(m.payload) * 2);
                                     link.reply(m, doubled);
                                 })}};
    auto host = rpmsg::channel{rpmsg::vring_driver<rings>{region},
                               rpmsg::endpoints{rpmsg::endpoint<0x100, 0x200>(
                                   [](auto&, rpmsg::message const& m) { answer = rpmsg::load<std::uint32_t>(m.payload); })}};

    auto question = std::array<std::byte, 4>{};
    rpmsg::store(question, std::uint32_t{21});
    if (not host.start() or not remote.start()) {
        return 1;
    }
    auto asked = false;
    for (auto turn = 0; turn < 20 and answer == 0; ++turn) {
        host.poll();
        remote.poll();
        asked = asked or host.at(0).send(question).has_value();
    }
    fmt::print("0x100 asked 0x200 for twice 21: {}\n", answer);
    return answer == 42 ? 0 : 1;
}
