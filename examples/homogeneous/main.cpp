#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/rpmsg.hpp>

#include "stage.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

// Three equal cores, each pair with rings of its own in shared memory: the lower number of two is the driver of theirs.
namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 16, .buffer_size = 128};
constexpr std::uint32_t link_size = rpmsg::vring_layout<rings>::size();
using bell = rpmsg::host::futex_doorbell;
using driver = rpmsg::vring_driver<rings, rpmsg::mapped_region<>, bell>;
using device = rpmsg::vring_device<rings, rpmsg::mapped_region<>, bell>;

struct shared_memory {
    stage::board board{};
    alignas(64) std::array<std::array<std::byte, link_size>, stage::cores> links{}; ///< 0-1, 0-2, 1-2

    template <typename Transport> auto link(std::uint32_t a, std::uint32_t b, std::uint32_t other, stage::talk& with) {
        return rpmsg::channel{Transport{rpmsg::mapped_region<>{links[a + b - 1].data(), link_size}, bell{board.bells[other]}},
                              rpmsg::endpoints{rpmsg::endpoint<"talk">(
                                  [&with](auto& side, rpmsg::message const& m) { with.on_message(side, m); })}};
    }
};

/// One core: a channel to each of the two others.
template <std::uint32_t Self> [[noreturn]] auto run_core(shared_memory& memory) -> void {
    constexpr auto low = Self == 0 ? 1u : 0u;
    constexpr auto high = Self == 2 ? 1u : 2u;
    auto first = stage::talk{memory.board, Self, low};
    auto second = stage::talk{memory.board, Self, high};
    using to_low = std::conditional_t<(Self < low), driver, device>;
    using to_high = std::conditional_t<(Self < high), driver, device>;
    auto one = memory.link<to_low>(std::min(Self, low), std::max(Self, low), low, first);
    auto two = memory.link<to_high>(std::min(Self, high), std::max(Self, high), high, second);
    memory.board.bells[Self].take_over();
    if (not one.start() or not two.start()) {
        _exit(1);
    }
    while (true) {
        stage::work(
            memory.board.bells[Self],
            [&](rpmsg::ticks now) {
                one.notify();
                two.notify();
                one.poll(now);
                two.poll(now);
                first.turn(one, one.template get<"talk">(), now);
                second.turn(two, two.template get<"talk">(), now);
            },
            one, two);
    }
}

constexpr auto about =
    R"(Three cores as processes, each pair with a link over rings in shared memory. All pairs talk; meanwhile each set of cores is
killed and started again, in orders by chance.)";
} // namespace

auto main(int count, char** arguments) -> int {
    auto* const memory = stage::share(sizeof(shared_memory));
    if (memory == nullptr) {
        return 1;
    }
    auto& shared = *new (memory) shared_memory{};
    auto const topology = stage::description{.program = "homogeneous",
                                             .about = about,
                                             .names = {"core 0", "core 1", "core 2"},
                                             .places = {{{320, 40}, {120, 150}, {520, 150}}},
                                             .pairs = {{0, 1}, {0, 2}, {1, 2}},
                                             .wires = {{0, 1}, {0, 2}, {1, 2}},
                                             .wire_names = {"VirtIO", "VirtIO", "VirtIO"}};
    return stage::run(topology, shared.board, count, arguments, [&](std::uint32_t core) {
        core == 0 ? run_core<0>(shared) : core == 1 ? run_core<1>(shared) : run_core<2>(shared);
    });
}
