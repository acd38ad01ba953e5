#pragma once

#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/spi/shared_spi_bus.hpp>
#include <rpmsg/rpmsg.hpp>

#include "../homogeneous/stage.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

/// Linux <- VirtIO -> bridge <- SPI -> A <- VirtIO -> B: the processes beside Linux. The bridge is a hub of two links whose peers
/// know no routers: names of one appear at the other. Core A is a hub as beside any big core, and core B does not know that Linux
/// is no core of this library.
namespace chip {
using stage::number;

enum : std::uint32_t { core_a, core_b, bridge, cores, driver = cores };
inline constexpr auto names = std::array<std::string_view, cores + 1>{"core A", "core B", "bridge", "driver"};
inline constexpr std::uint32_t sets = 1u << names.size();

inline constexpr auto rings = rpmsg::vring_config{.buffers = 16, .buffer_size = 512};
inline constexpr std::uint32_t link_size = rpmsg::vring_layout<rings>::size();
/// A frame holds the largest message of Linux.
inline constexpr auto bus =
    rpmsg::spi_config{.frame_size = 544, .transmit_buffers = 8, .receive_buffers = 8, .retry_ticks = 10};
using bell = rpmsg::host::futex_doorbell;
using wires = rpmsg::host::shared_spi_bus<bus.frame_size>;
template <rpmsg::spi_role Role> using spi_end = rpmsg::host::shared_spi_end<Role, bus.frame_size>;

/// What a process sees. Only it writes this.
struct view {
    number lives{};
    std::array<number, 2> is_up{}; ///< its links, towards Linux and away from it; of core B the link and the endpoint
    number carried{};              ///< messages
    number dropped{};
};
/// In memory that all processes map; it starts as all zeroes.
struct shared_memory {
    std::array<view, cores> seen{};
    wires spi{}; ///< its bells are those of the bridge and of core A
    rpmsg::host::futex_bell bell_of_b{};
    alignas(64) std::array<std::byte, link_size> ring_memory{};

    auto block() -> rpmsg::mapped_region<> { return {ring_memory.data(), link_size}; }
};

[[noreturn]] auto run_bridge(shared_memory& memory, std::string const& socket) -> void;
[[noreturn]] auto run_a(shared_memory& memory) -> void;

/// Core B with these endpoints: `begin(edge)` comes before the start, `look(edge)` after each poll.
template <typename... Items>
[[noreturn]] auto run_b(shared_memory& memory, rpmsg::endpoints<Items...> table, auto&& begin, auto&& look) -> void {
    using device = rpmsg::vring_device<rings, rpmsg::mapped_region<>, bell>;
    auto& seen = memory.seen[core_b];
    auto port = rpmsg::router_port<"linux", rpmsg::port_config{.names = 16}>{};
    auto link = rpmsg::channel{device{memory.block(), bell{memory.spi.bells[1]}}, rpmsg::endpoints{port.entry()}};
    auto edge = rpmsg::channel{rpmsg::router_edge{port}, std::move(table)};
    memory.bell_of_b.take_over();
    if (not begin(edge) or not edge.start() or not link.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            memory.bell_of_b,
            [&](rpmsg::ticks now) {
                link.notify();
                link.poll({}, now);
                seen.is_up[0] = edge.is_up() ? 1 : 0;
                look(edge);
            },
            link);
    }
}

} // namespace chip
