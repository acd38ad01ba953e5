// The product of product.hpp for a week of virtual time, in seconds: crashes, restarts, noise, lost interrupts, clocks that jump.
// Each day of faults is followed by a calm in which a new reading and an alarm must be shown.
#include <rpmsg/testing/simulator/campaign.hpp>
#include <rpmsg/testing/simulator/ring_wire.hpp>
#include <rpmsg/testing/simulator/serial_wire.hpp>
#include <rpmsg/testing/simulator/spi_wire.hpp>

#include "product.hpp"
#include <chrono>
#include <cstdio>
#include <memory>

namespace {
namespace simulator = rpmsg::testing::simulator;
using namespace std::chrono_literals;

auto build(simulator::world& all) -> void {
    auto const chip = std::make_shared<product::hardware>();
    auto& rings = all.add_wire<simulator::ring_wire<product::rings>>("rings");
    auto& bus = all.add_wire<simulator::spi_wire<product::bus>>("bus", 1'000'000u);
    auto& line = all.add_wire<simulator::serial_wire<product::line>>("line", 115'200u);

    constexpr auto milliseconds = simulator::core_settings{.ticks_per_second = 1'000};
    auto& sensor = all.add_core("sensor", milliseconds, [&rings, &line, chip](auto&) {
        return product::sensor{*chip, rings.driver(), line.first()};
    });
    auto& hub = all.add_core("hub", milliseconds, [&rings, &bus](auto&) {
        return product::hub{rings.device(), bus.controller()};
    });
    auto& display = all.add_core("display", milliseconds, [&bus, &line, chip](auto&) {
        return product::display{*chip, bus.peripheral(), line.second()};
    });
    rings.connect(sensor, 0, hub, 0);
    bus.connect(hub, 1, display, 0);
    line.connect(sensor, 1, display, 1);

    all.always("the display never shows an older reading again", [chip] { return not chip->has_gone_back; });
    all.must_progress("readings on the display", [chip] { return chip->shown; });
    all.must_progress("alarms on the display", [chip] { return chip->alarms; });
}
} // namespace

auto main() -> int {
    auto const begin = std::chrono::steady_clock::now();
    auto week = simulator::campaign{{.command = "examples/run simulated",
                                     .seeds = 1,
                                     .cores = 3,
                                     .phases = 7,
                                     .faults = simulator::fault_set::all().without({simulator::fault::scribble}),
                                     .draws_faults = false,
                                     .timing = {.between = 20min, .longest = 40s, .blocked = 15s},
                                     .phase = 24h,
                                     .liveness = 10min},
                                    build};
    auto const report = week.run();
    auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%sa week, twice, in %.1f s: %llu messages, %llu steps\n", report.seen.text().c_str(), took,
                static_cast<unsigned long long>(report.messages), static_cast<unsigned long long>(report.steps));
    if (not report.failure.empty()) {
        std::printf("%s\n", report.failure.c_str());
        return 1;
    }
    std::puts("after each day of faults new readings and alarms were shown");
    return 0;
}
