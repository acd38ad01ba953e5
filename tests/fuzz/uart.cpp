#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart.hpp>

#include "party.hpp"

namespace {

constexpr auto nuttx = rpmsg::uart_config{.tx_buffers = 2, .rx_buffers = 4, .payload = 64, .connect_ticks = 20};
constexpr auto reliable = rpmsg::uart_config{.tx_buffers = 2,
                                             .rx_buffers = 4,
                                             .payload = 64,
                                             .profile = rpmsg::uart_profile::reliable,
                                             .connect_ticks = 20,
                                             .resend_ticks = 10};

/// Two ends of a line that does to bytes what the input says; where it `forges` it brings bytes of its own, too, so that in
/// the end both must be started again.
template <rpmsg::uart_config Config> auto play(fuzz::input bytes, bool forges) -> void {
    using line = rpmsg::testing::line<1024>;
    using end = rpmsg::testing::line_end<line>;
    using link = rpmsg::uart<Config, end>;
    auto there = line{};
    auto back = line{};
    static auto storage = std::array<rpmsg::uart_storage<Config>, 2>{};
    storage = {};
    auto const made = [&](auto& frames, end way, std::uint32_t life) {
        auto transport = link{frames, way};
        if constexpr (Config.profile == rpmsg::uart_profile::reliable) {
            transport.identify(life);
        }
        return transport;
    };
    auto one = fuzz::party<link>{made(storage[0], end{&there, &back}, 1), bytes};
    auto other = fuzz::party<link>{made(storage[1], end{&back, &there}, 2), bytes};
    auto now = rpmsg::ticks{};
    auto const turn = [&] {
        ++now;
        (void)one->poll(now);
        (void)other->poll(now);
        return now;
    };
    fuzz::come_up(one, other, turn);

    for (auto step = 0; step < 300 and not bytes.is_empty(); ++step) {
        auto& way = bytes.take() % 2 == 0 ? there : back;
        switch (bytes.take() % 8) {
        case 0: one.act(bytes); break;
        case 1: other.act(bytes); break;
        case 2:
            way.damage({.flip = bytes.take() % 128u, .drop = bytes.take(), .insert = bytes.take(), .cut = bytes.take()},
                       bytes.take());
            break;
        case 3: way.repair(); break;
        case 4: way.lose(); break;
        case 5:
            for (auto count = forges ? bytes.take() % 32 : 0; count > 0; --count) {
                auto const byte = static_cast<std::byte>(bytes.take());
                way.inject({&byte, 1});
            }
            break;
        case 6: now += bytes.take() % 32; break;
        default:
            (void)one.send(bytes.take());
            (void)other.send(bytes.take());
            break;
        }
        turn();
    }
    there.repair();
    back.repair();
    fuzz::talk(one, other, forges, turn);
}

} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto const bytes = fuzz::input{data + 1, size - 1};
        data[0] % 2 == 0 ? play<nuttx>(bytes, data[0] % 4 < 2) : play<reliable>(bytes, data[0] % 4 < 2);
    }
    return 0;
}
