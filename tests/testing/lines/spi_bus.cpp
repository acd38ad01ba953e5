#include <rpmsg/testing/lines/spi_bus.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
using rpmsg::spi_progress;
using rpmsg::spi_role;
using rpmsg::testing::spi_bus;
using rpmsg::testing::spi_bus_end;

struct listener {
    std::array<std::uint32_t, 2> heard{};
    constexpr auto notify(std::uint32_t signal) -> void { ++heard[signal]; }
};
struct bad_wires : rpmsg::testing::sound_wires {
    bool passes = true;
    std::size_t bytes = 8;
    constexpr auto reach(std::size_t) -> std::size_t { return bytes; }
    constexpr auto carry(std::uint32_t from, rpmsg::bytes frame) -> void { frame[0] = static_cast<std::byte>(0x40 + from); }
    constexpr auto passes_edge(std::uint32_t) -> bool { return passes; }
};
template <typename Wires = rpmsg::testing::sound_wires> struct both {
    spi_bus<8, Wires> bus{};
    spi_bus_end<spi_role::controller, 8, Wires> controller{bus};
    spi_bus_end<spi_role::peripheral, 8, Wires> peripheral{bus};
    std::array<std::byte, 8> in{};
    std::array<std::byte, 8> in_there{};
};

constexpr auto a_transfer_swaps_two_frames() -> bool {
    auto pair = both{};
    auto ears = listener{};
    check(not pair.bus.run() and not pair.bus.forward(0, ears));
    pair.peripheral.start_transfer("p-frame!"_payload, pair.in_there);
    check(pair.peripheral.progress() == spi_progress::busy and not pair.bus.run());
    pair.controller.start_transfer("c-frame!"_payload, pair.in);
    check(pair.bus.run() and pair.bus.transfers() == 1 and not pair.bus.run());
    check(pair.controller.progress() == spi_progress::done and pair.peripheral.progress() == spi_progress::done);
    check(same(pair.in, "p-frame!"_payload) and same(pair.in_there, "c-frame!"_payload));
    check(pair.bus.forward(0, ears) and pair.bus.forward(1, ears) and ears.heard[rpmsg::spi_signal::transfer] == 2);
    check(not pair.bus.forward(0, ears));
    return true;
}
constexpr auto a_peripheral_that_is_not_ready_sends_zeroes() -> bool {
    auto pair = both{};
    pair.peripheral.start_transfer("p-frame!"_payload, pair.in_there);
    pair.peripheral.abandon();
    pair.controller.start_transfer("c-frame!"_payload, pair.in);
    check(pair.bus.run() and same(pair.in, std::array<std::byte, 8>{}) and same(pair.in_there, pair.in));
    return true;
}
constexpr auto a_request_is_an_edge_and_a_level() -> bool {
    auto pair = both{};
    auto ears = listener{};
    pair.controller.request(true);
    pair.controller.request(true);
    check(pair.peripheral.is_requested() and not pair.controller.is_requested());
    check(pair.bus.forward(1, ears) and ears.heard[rpmsg::spi_signal::request] == 1 and not pair.bus.forward(1, ears));
    pair.controller.request(false);
    check(not pair.peripheral.is_requested() and not pair.bus.forward(1, ears));
    return true;
}
constexpr auto wires_may_damage_all_of_it() -> bool {
    auto pair = both<bad_wires>{};
    auto ears = listener{};
    pair.bus.wires().passes = false;
    pair.peripheral.request(true);
    check(pair.controller.is_requested() and not pair.bus.forward(0, ears));
    pair.peripheral.start_transfer("p-frame!"_payload, pair.in_there);
    pair.controller.start_transfer("c-frame!"_payload, pair.in);
    check(pair.bus.run() and same(pair.in, "A-frame!"_payload) and same(pair.in_there, "@-frame!"_payload));
    pair.bus.wires().bytes = 3;
    pair.peripheral.start_transfer("12345678"_payload, pair.in_there);
    pair.controller.start_transfer("abcdefgh"_payload, pair.in);
    check(pair.bus.run() and same(pair.in, "A23rame!"_payload));
    check(pair.controller.progress() == spi_progress::failed and pair.peripheral.progress() == spi_progress::failed);
    return true;
}
} // namespace

TEST_CASE("a transfer swaps the frames of both ends and tells both") { STATIC_REQUIRE(a_transfer_swaps_two_frames()); }

TEST_CASE("a peripheral that is not ready sends zeroes and gets nothing") {
    STATIC_REQUIRE(a_peripheral_that_is_not_ready_sends_zeroes());
}

TEST_CASE("a request line has an edge that is seen once and a level") { STATIC_REQUIRE(a_request_is_an_edge_and_a_level()); }

TEST_CASE("wires may damage frames, end transfers early and swallow edges") { STATIC_REQUIRE(wires_may_damage_all_of_it()); }
