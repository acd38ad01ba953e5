#pragma once

// Links between two sides in this program. On a board each side has its own, with the board's memory, port and doorbell.
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>

#include <array>
#include <cstddef>

namespace links {

class shared_memory {
    static constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512};
    alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory_{};

    auto region() { return rpmsg::mapped_region{memory_.data(), std::uint32_t{sizeof memory_}}; }

  public:
    auto one_side() { return rpmsg::vring_driver<rings, rpmsg::mapped_region<>>{region()}; }
    auto other_side() { return rpmsg::vring_device<rings, rpmsg::mapped_region<>>{region()}; }
    auto carry(auto& one, auto& other) -> void {
        one.notify();
        other.notify();
    }
};

class uart {
    static constexpr auto line = rpmsg::uart_config{.payload = 496};
    using wire = rpmsg::testing::line<>;
    using stream = rpmsg::testing::line_end<wire>;
    wire there_{};
    wire back_{};
    rpmsg::uart_storage<line> frames_[2]{};

  public:
    auto one_side() { return rpmsg::uart<line, stream>{frames_[0], stream{&there_, &back_}}; }
    auto other_side() { return rpmsg::uart<line, stream>{frames_[1], stream{&back_, &there_}}; }
    auto carry(auto&, auto&) -> void {}
};

class spi {
    static constexpr auto config = rpmsg::spi_config{.frame_size = 512};
    template <rpmsg::spi_role Role> using port = rpmsg::testing::spi_bus_end<Role, config.frame_size>;
    using controller = port<rpmsg::spi_role::controller>;
    using peripheral = port<rpmsg::spi_role::peripheral>;
    rpmsg::testing::spi_bus<config.frame_size> bus_{};
    rpmsg::spi_storage<config> frames_[2]{};

  public:
    auto one_side() { return rpmsg::spi<config, controller>{frames_[0], controller{bus_}}; }
    auto other_side() { return rpmsg::spi<config, peripheral>{frames_[1], peripheral{bus_}}; }
    auto carry(auto& one, auto& other) -> void {
        (void)bus_.run();
        (void)bus_.forward(0, one);
        (void)bus_.forward(1, other);
    }
};

} // namespace links
