#include <rpmsg/testing/simulator/serial_wire.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;
using rpmsg::uart_config;
using rpmsg::uart_profile;

namespace {
constexpr auto reliable =
    uart_config{.tx_buffers = 4, .rx_buffers = 4, .payload = 48, .profile = uart_profile::reliable, .resend_ticks = 30'000};
constexpr auto nuttx = uart_config{.tx_buffers = 4, .rx_buffers = 4, .payload = 48};

template <uart_config Config> auto join(world& all, two_cores::log& found, std::uint32_t baud) -> serial_wire<Config>& {
    auto& line = all.add_wire<serial_wire<Config>>("line", baud);
    connect(
        all, line, found, [](auto& it) { return it.first(); }, [](auto& it) { return it.second(); });
    return line;
}
} // namespace

TEST_CASE("a serial line carries messages as fast as its bits go") {
    auto const answers = [](std::uint32_t baud) {
        auto found = two_cores::log{};
        auto all = world{1};
        auto& line = join<nuttx>(all, found, baud);
        all.run_for(200ms);
        CHECK(line.may_lose());
        CHECK(all.failure().empty());
        return found.answers;
    };
    CHECK(answers(3'000'000) > 150);
    CHECK(answers(115'200) < 60);
    CHECK(answers(115'200) > 20);
}

TEST_CASE("a reliable line delivers over noise, and comes up again after it was cut and after a crash") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = join<reliable>(all, found, 3'000'000);
    auto random = seeded_random{1};
    CHECK_FALSE(line.may_lose());
    line.strike(fault::line_noise, random);
    all.run_for(1s);
    CHECK(found.answers > 20);
    line.strike(fault::line_cut, random);
    all.run_for(1s);
    all.cut(line, true);
    auto const cut = found.answers;
    all.run_for(100ms);
    CHECK(found.answers <= cut + 1);
    line.mend(fault::line_noise);
    all.mend(line);
    all.run_for(1s);
    CHECK(found.answers > cut + 100);
    all.crash(*line.core_at(1), 5ms);
    auto const before = found.answers;
    all.run_for(1s);
    CHECK(found.answers > before + 100);
    CHECK(all.failure().empty());
}
