#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/spi/shared_spi_bus.hpp>
#include <rpmsg/rpmsg.hpp>

#include "../homogeneous/stage.hpp"
#include "beside_linux.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>

// A big core that runs Linux, and a chip with two little cores: Linux <- SPI -> A <- VirtIO -> B. A is the hub: Linux and B talk
// as if they were linked.
namespace {
enum : std::uint32_t { big_core, core_a, core_b };

constexpr auto bus = rpmsg::spi_config{.frame_size = 256, .transmit_buffers = 8, .receive_buffers = 8, .retry_ticks = 10};
constexpr auto rings = rpmsg::vring_config{.buffers = 16, .buffer_size = 256};
constexpr std::uint32_t link_size = rpmsg::vring_layout<rings>::size();
using bell = rpmsg::host::futex_doorbell;
using wires = rpmsg::host::shared_spi_bus<bus.frame_size>;
template <rpmsg::spi_role Role> using spi_end = rpmsg::host::shared_spi_end<Role, bus.frame_size>;

struct shared_memory {
    stage::board board{};
    wires spi{}; ///< its bells are those of Linux and of core A
    alignas(64) std::array<std::byte, link_size> ring_memory{};

    auto block() -> rpmsg::mapped_region<> { return {ring_memory.data(), link_size}; }
};

/// An edge: the link to core A, and behind it the channel to the other edge.
template <rpmsg::fixed_name Other>
[[noreturn]] auto run_edge(auto&& transport, stage::board& board, std::uint32_t self, std::uint32_t other,
                           rpmsg::host::futex_bell& own_bell, auto&& look) -> void {
    auto talk = stage::talk{board, self, other};
    auto port = rpmsg::router_port<Other>{};
    auto link = rpmsg::channel{std::move(transport), rpmsg::endpoints{port.entry()}};
    auto edge = rpmsg::channel{
        rpmsg::router_edge{port},
        rpmsg::endpoints{rpmsg::endpoint<"talk">([&](auto& it, rpmsg::message const& m) { talk.on_message(it, m); })}};
    own_bell.take_over();
    if (not edge.start() or not link.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            own_bell,
            [&](rpmsg::ticks now) {
                look(link);
                link.poll(now);
                talk.turn(edge, edge.template get<"talk">(), now);
            },
            link);
    }
}

[[noreturn]] auto run_linux(shared_memory& memory) -> void {
    auto frames = rpmsg::spi_storage<bus>{};
    using port = spi_end<rpmsg::spi_role::controller>;
    run_edge<"b">(rpmsg::spi<bus, port>{frames, port{memory.spi}}, memory.board, big_core, core_b, memory.spi.bells[0],
                  [](auto& link) { link.transport().port().forward(link); });
}
[[noreturn]] auto run_b(shared_memory& memory) -> void {
    run_edge<"linux">(rpmsg::vring_device<rings, rpmsg::mapped_region<>, bell>{memory.block(), bell{memory.spi.bells[1]}},
                      memory.board, core_b, big_core, memory.board.bells[core_b], [](auto& link) { link.notify(); });
}
[[noreturn]] auto run_a(shared_memory& memory) -> void {
    auto frames = rpmsg::spi_storage<bus>{};
    using port = spi_end<rpmsg::spi_role::peripheral>;
    using driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, bell>;
    auto hub = rpmsg::router_hub{rpmsg::nuttx_edge<"linux">(rpmsg::spi<bus, port>{frames, port{memory.spi}}),
                                 rpmsg::nuttx_edge<"b">(driver{memory.block(), bell{memory.board.bells[core_b]}})};
    auto& seen = memory.board.seen[core_a];
    memory.spi.bells[1].take_over();
    if (not hub.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            memory.spi.bells[1],
            [&](rpmsg::ticks now) {
                auto to_linux = hub.edge<"linux">();
                hub.transport<"linux">().port().forward(to_linux);
                hub.edge<"b">().notify(0);
                hub.edge<"b">().notify(1);
                seen.forwarded += hub.poll(now);
                seen.of[big_core].is_up = hub.is_up(0) ? 1 : 0;
                seen.of[core_b].is_up = hub.is_up(1) ? 1 : 0;
                seen.dropped = hub.counts(0)[rpmsg::counter::no_buffer] + hub.counts(1)[rpmsg::counter::no_buffer];
            },
            hub);
    }
}

constexpr auto about =
    R"(Three cores as processes: Linux and core A have an SPI bus between them, core A and core B rings in shared memory. Core A is
the hub, and Linux and core B talk through it; meanwhile each set of cores is killed and started again, in orders by chance. With --linux first, Linux's own driver takes the place of the first one.)";
} // namespace

auto main(int count, char** arguments) -> int {
    if (count > 1 and std::string_view{arguments[1]} == "--linux") {
        return run_beside_linux(count, arguments);
    }
    auto* const memory = stage::share(sizeof(shared_memory));
    if (memory == nullptr) {
        return 1;
    }
    auto& shared = *new (memory) shared_memory{};
    auto const topology = stage::description{.program = "heterogeneous",
                                             .about = about,
                                             .names = {"Linux", "core A", "core B"},
                                             .places = {{{100, 100}, {320, 100}, {540, 100}}},
                                             .pairs = {{big_core, core_b}},
                                             .wires = {{big_core, core_a}, {core_a, core_b}},
                                             .wire_names = {"SPI", "VirtIO"},
                                             .hub = core_a};
    return stage::run(topology, shared.board, count, arguments, [&](std::uint32_t core) {
        core == big_core ? run_linux(shared) : core == core_a ? run_a(shared) : run_b(shared);
    });
}
