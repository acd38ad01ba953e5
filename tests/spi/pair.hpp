#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/spi.hpp>

#include "check.hpp"
#include <cstddef>
#include <cstdint>

namespace spi_tests {

using rpmsg::spi_config;
using rpmsg::spi_profile;
using rpmsg::spi_role;

/// The two ends of a bus, with the frames of both. `Wires` say what goes wrong on the way.
template <spi_config Config, typename Wires = rpmsg::testing::sound_wires> struct bus_of_two {
    template <spi_role Role> using port = rpmsg::testing::spi_bus_end<Role, Config.frame_size, Wires>;
    using controller_end = rpmsg::spi<Config, port<spi_role::controller>>;
    using peripheral_end = rpmsg::spi<Config, port<spi_role::peripheral>>;

    rpmsg::testing::spi_bus<Config.frame_size, Wires> bus{};
    rpmsg::spi_storage<Config> frames{};
    rpmsg::spi_storage<Config> other_frames{};
    std::uint32_t order = 1;

    constexpr auto controller() -> controller_end { return controller_end{frames, port<spi_role::controller>{bus}}; }
    /// Started anew, with memory that is all zeroes.
    constexpr auto peripheral() -> peripheral_end {
        other_frames.state = {};
        return peripheral_end{other_frames, port<spi_role::peripheral>{bus}};
    }

    /// One round of what time brings: a transfer, the interrupts, a poll of each side. Whether anything happened.
    constexpr auto turn(auto& controller, auto& peripheral, rpmsg::ticks now) -> bool {
        auto const moved = bus.run();
        auto const rang = bus.forward(0, controller);
        auto const rang_there = bus.forward(1, peripheral);
        order = order * 1'664'525 + 1'013'904'223; // who comes first must not matter
        auto handled = (order >> 31) != 0 ? controller.poll(now) : peripheral.poll(now);
        handled += (order >> 31) != 0 ? peripheral.poll(now) : controller.poll(now);
        return moved or rang or rang_there or handled > 0;
    }
    /// Turns until nothing happens any more, at one moment; answers how many turns that took.
    constexpr auto settle(auto& controller, auto& peripheral, rpmsg::ticks now = 0) -> std::uint32_t {
        std::uint32_t turns = 0;
        std::uint32_t idle = 0;
        while (idle < 2) {
            check(++turns < 2000);
            idle = turn(controller, peripheral, now) ? 0 : idle + 1;
        }
        return turns;
    }
};

/// A message that is told from others: its number in the first bytes, bytes that follow from it behind.
template <std::size_t Size> constexpr auto numbered(std::uint32_t number) -> std::array<std::byte, Size> {
    static_assert(Size >= sizeof(number));
    auto content = std::array<std::byte, Size>{};
    rpmsg::store(content, number);
    auto state = number * 0x9e37'79b9u + 1;
    for (std::size_t i = sizeof(number); i < Size; ++i) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        content[i] = static_cast<std::byte>(state);
    }
    return content;
}

inline constexpr auto nuttx = spi_config{.frame_size = 128,
                                         .transmit_buffers = 4,
                                         .receive_buffers = 6,
                                         .profile = spi_profile::nuttx,
                                         .peer_name = rpmsg::wire::pad("audio")};
inline constexpr auto openvela = spi_config{.frame_size = 96, .profile = spi_profile::openvela};
inline constexpr auto reliable = spi_config{.frame_size = 128, .transmit_buffers = 4, .receive_buffers = 6};
inline constexpr auto smallest =
    spi_config{.frame_size = 80, .transmit_buffers = 1, .receive_buffers = 3, .profile = spi_profile::nuttx};
inline constexpr auto smallest_reliable = spi_config{.frame_size = 80, .transmit_buffers = 1, .receive_buffers = 3};

} // namespace spi_tests
