#include <rpmsg/platform/dma_spi_port.hpp>
#include <rpmsg/testing/late_dma.hpp>
#include <rpmsg/transport/spi.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>

namespace {
using rpmsg::dma_ref;
using rpmsg::dma_start;
using rpmsg::spi_progress;
using rpmsg::testing::late_dma;

/// What was done to the bus; the bytes themselves do not matter here.
struct registers_state {
    std::array<std::byte, 256> data{};
    std::uint32_t begun{};
    std::uint32_t ended{};
    std::uint32_t size{};
    bool is_requesting{};
    bool is_requested{};
};
struct registers {
    static constexpr auto role = rpmsg::spi_role::controller;
    static constexpr std::uint32_t word_size = 1;
    registers_state* it;
    constexpr auto data() -> std::byte* { return it->data.data(); }
    constexpr auto begin(std::uint32_t size) -> void {
        ++it->begun;
        it->size = size;
    }
    constexpr auto end() -> void { ++it->ended; }
    constexpr auto request(bool on) -> void { it->is_requesting = on; }
    constexpr auto is_requested() -> bool { return it->is_requested; }
};
using port = rpmsg::dma_spi_port<registers, dma_ref<late_dma>, dma_ref<late_dma>>;

struct stage {
    registers_state state{};
    late_dma out{};
    late_dma in{};
    std::array<std::byte, 8> sent{};
    std::array<std::byte, 8> received{};
    port bus{registers{&state}, dma_ref{out}, dma_ref{in}};
    constexpr auto start() -> void { bus.start_transfer(sent, received); }
};

constexpr auto a_transfer_is_done_when_both_channels_are() -> bool {
    auto s = stage{};
    s.start();
    check(s.state.begun == 1 and s.state.size == 8 and s.bus.progress() == spi_progress::busy);
    s.out.finish();
    check(s.bus.progress() == spi_progress::busy and s.state.ended == 0);
    s.in.finish();
    check(s.bus.progress() == spi_progress::done and s.bus.progress() == spi_progress::done and s.state.ended == 1);
    s.bus.abandon();
    return s.out.aborts == 0 and s.state.ended == 1;
}
constexpr auto a_channel_that_does_not_start_fails_the_transfer() -> bool {
    auto s = stage{};
    s.in.answer = dma_start::busy;
    s.start();
    check(s.bus.progress() == spi_progress::failed and s.state.begun == 0 and s.out.starts == 0);
    s.in.answer = dma_start::started;
    s.out.answer = dma_start::refused;
    s.start();
    check(s.bus.progress() == spi_progress::failed and s.state.begun == 0 and not s.in.is_running());
    s.out.answer = dma_start::started;
    s.start();
    return s.bus.progress() == spi_progress::busy and s.state.begun == 1;
}
constexpr auto an_error_of_one_channel_stops_the_other() -> bool {
    auto s = stage{};
    s.start();
    s.out.fail();
    check(s.bus.progress() == spi_progress::failed and not s.in.is_running() and s.state.ended == 1);
    return s.bus.progress() == spi_progress::failed;
}
constexpr auto an_abandoned_transfer_ends_and_the_next_one_waits_for_its_channel() -> bool {
    auto s = stage{};
    s.in.stops_at_once = false;
    s.start();
    s.bus.abandon();
    check(s.bus.progress() == spi_progress::failed and s.state.ended == 1 and s.in.is_running());
    s.start(); // the channel still writes to the old frame
    check(s.bus.progress() == spi_progress::failed and s.state.begun == 1);
    s.in.finish();
    s.start();
    return s.bus.progress() == spi_progress::busy and s.state.begun == 2;
}
constexpr auto the_lines_are_those_of_the_bus() -> bool {
    auto s = stage{};
    s.bus.request(true);
    check(s.state.is_requesting and not s.bus.is_requested());
    s.state.is_requested = true;
    return s.bus.is_requested();
}
} // namespace

TEST_CASE("an SPI transfer by DMA is done when both channels are") {
    STATIC_REQUIRE(a_transfer_is_done_when_both_channels_are());
}
TEST_CASE("a DMA channel that does not start fails the SPI transfer and leaves the bus alone") {
    STATIC_REQUIRE(a_channel_that_does_not_start_fails_the_transfer());
}
TEST_CASE("an error of one DMA channel stops the other one") { STATIC_REQUIRE(an_error_of_one_channel_stops_the_other()); }
TEST_CASE("after an abandoned SPI transfer the next one waits for its channel") {
    STATIC_REQUIRE(an_abandoned_transfer_ends_and_the_next_one_waits_for_its_channel());
}
TEST_CASE("the request lines of an SPI port by DMA are those of the bus") { STATIC_REQUIRE(the_lines_are_those_of_the_bus()); }

TEST_CASE("an SPI link repeats a transfer whose DMA channel was busy, without an interrupt") {
    static constexpr auto config = rpmsg::spi_config{};
    auto state = registers_state{};
    auto out = late_dma{};
    auto in = late_dma{};
    auto frames = rpmsg::spi_storage<config>{};
    auto link = rpmsg::spi<config, port>{frames, port{registers{&state}, dma_ref{out}, dma_ref{in}}};
    in.answer = dma_start::busy;
    state.is_requested = true;
    REQUIRE(link.start());
    auto now = rpmsg::ticks{1};
    auto const run = [&] {
        auto polls = 0;
        while (state.begun == 0 and polls < 10) {
            (void)link.poll(now);
            (void)link.receive();
            auto const due = link.next_deadline(now);
            REQUIRE(due.is_set);
            now = rpmsg::has_passed(due.at, now) ? now : due.at;
            ++polls;
        }
    };
    run();
    CHECK(state.begun == 0);
    in.answer = dma_start::started;
    run();
    CHECK(state.begun == 1);
}
