#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/transport/spi.hpp>

#include "party.hpp"

namespace {

constexpr auto reliable = rpmsg::spi_config{.frame_size = 128, .transmit_buffers = 2, .receive_buffers = 4, .retry_ticks = 10};
constexpr auto nuttx = [] {
    auto config = reliable;
    config.profile = rpmsg::spi_profile::nuttx;
    return config;
}();
constexpr auto openvela = [] {
    auto config = reliable;
    config.profile = rpmsg::spi_profile::openvela;
    return config;
}();

/// Wires that do what the input says, until they are sound: transfers end early, edges are missed, frames are damaged. Where
/// they `forge`, a frame may say what the input says under the right check.
template <typename Format> struct played_wires {
    fuzz::input* bytes;
    bool* is_sound;
    bool forges;

    auto reach(std::size_t size) -> std::size_t { return *is_sound or bytes->take() < 240 ? size : bytes->take(); }
    auto passes_edge(std::uint32_t) -> bool { return *is_sound or bytes->take() < 230; }
    auto carry(std::uint32_t, rpmsg::bytes frame) -> void {
        if (*is_sound) {
            return;
        }
        auto const mood = bytes->take();
        if (mood < 100) {
            return;
        }
        for (auto changes = mood % 8; changes > 0; --changes) {
            frame[bytes->take() % frame.size()] ^= static_cast<std::byte>(bytes->take());
        }
        if (forges and mood > 180) { // and the check is right again
            rpmsg::store(frame.subspan(Format::header_offset),
                         rpmsg::wire::header{.source = rpmsg::address{bytes->number()},
                                             .destination = rpmsg::address{mood < 220 ? 7 : bytes->number()},
                                             .length = static_cast<std::uint16_t>(bytes->take() % 64)});
            Format::finish(frame, {.command = static_cast<rpmsg::wire::spi_command>(bytes->take() % 7),
                                   .available = bytes->take(),
                                   .length = static_cast<std::uint16_t>(bytes->take() % 64),
                                   .sequence = bytes->take(),
                                   .expected = bytes->take()});
        }
    }
};

/// Two ends of a bus with such wires.
template <rpmsg::spi_config Config> auto play(fuzz::input bytes, bool forges) -> void {
    using wires = played_wires<typename rpmsg::detail::checked_spi_config<Config>::format>;
    using bus = rpmsg::testing::spi_bus<Config.frame_size, wires>;
    using controller_port = rpmsg::testing::spi_bus_end<rpmsg::spi_role::controller, Config.frame_size, wires>;
    using peripheral_port = rpmsg::testing::spi_bus_end<rpmsg::spi_role::peripheral, Config.frame_size, wires>;
    auto is_sound = true;
    auto between = bus{wires{&bytes, &is_sound, forges}};
    static auto storage = std::array<rpmsg::spi_storage<Config>, 2>{};
    storage = {};
    auto controller = fuzz::party<rpmsg::spi<Config, controller_port>>{
        rpmsg::spi<Config, controller_port>{storage[0], controller_port{between}}, bytes};
    auto peripheral = fuzz::party<rpmsg::spi<Config, peripheral_port>>{
        rpmsg::spi<Config, peripheral_port>{storage[1], peripheral_port{between}}, bytes};
    auto now = rpmsg::ticks{};
    auto const turn = [&] {
        ++now;
        (void)between.run();
        (void)between.forward(0, *controller.operator->());
        (void)between.forward(1, *peripheral.operator->());
        (void)controller->poll(now);
        (void)peripheral->poll(now);
        return now;
    };
    fuzz::come_up(controller, peripheral, turn);
    is_sound = false;

    for (auto step = 0; step < 300 and not bytes.is_empty(); ++step) {
        switch (bytes.take() % 8) {
        case 0: controller.act(bytes); break;
        case 1: peripheral.act(bytes); break;
        case 2: (void)controller->poll(now); break;
        case 3: (void)peripheral->poll(now); break;
        case 4: now += bytes.take() % 32; break;
        default:
            (void)controller.send(bytes.take());
            (void)peripheral.send(bytes.take());
            break;
        }
        turn();
    }
    is_sound = true;
    fuzz::talk(controller, peripheral, forges, turn);
}

} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto const bytes = fuzz::input{data + 1, size - 1};
        auto const forges = data[0] % 2 == 0;
        switch (data[0] / 2 % 3) {
        case 0: play<reliable>(bytes, forges); break;
        case 1: play<nuttx>(bytes, forges); break;
        default: play<openvela>(bytes, forges); break;
        }
    }
    return 0;
}
