#pragma once

// Links between two sides in this program. On a board each side has its own, with the board's memory, port and doorbell.
#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/framework/router/hub.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

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

/// Two cores without a link between them: a hub has a ring to each.
class router {
    static constexpr auto rings =
        rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::nuttx};
    static constexpr auto size = rpmsg::vring_layout<rings>::size();
    using region = rpmsg::mapped_region<>;
    using hub_end = rpmsg::vring_driver<rings, region>;

    template <rpmsg::fixed_name Other> struct core {
        alignas(64) std::array<std::byte, size> memory{};
        rpmsg::router_port<Other> port{};
        rpmsg::channel<rpmsg::vring_device<rings, region>, decltype(rpmsg::endpoints{port.entry()})> link{
            rpmsg::vring_device<rings, region>{region{memory.data(), size}}, rpmsg::endpoints{port.entry()}};

        auto poll() -> void {
            link.notify();
            link.poll(0);
        }
    };
    core<"other"> one_{};
    core<"one"> other_{};
    template <rpmsg::fixed_name Name> using edge = decltype(rpmsg::nuttx_edge<Name>(std::declval<hub_end>()));
    rpmsg::router_hub<edge<"one">, edge<"other">> hub_{rpmsg::nuttx_edge<"one">(hub_end{region{one_.memory.data(), size}}),
                                                       rpmsg::nuttx_edge<"other">(hub_end{region{other_.memory.data(), size}})};

  public:
    auto one_side() {
        (void)hub_.start();
        (void)one_.link.start();
        return rpmsg::router_edge{one_.port};
    }
    auto other_side() {
        (void)other_.link.start();
        return rpmsg::router_edge{other_.port};
    }
    auto carry(auto&, auto&) -> void {
        for (auto const i : {0u, 1u}) {
            hub_.notify(i, 0);
            hub_.notify(i, 1);
        }
        hub_.poll(0);
        one_.poll();
        other_.poll();
    }
};

} // namespace links
