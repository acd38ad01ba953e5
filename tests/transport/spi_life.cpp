#include <rpmsg/transport/spi_life.hpp>

#include "check.hpp"
#include "spi/pair.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {
using namespace spi_tests;

/// The transfers that a link of two idle, connected ends makes in a long time.
template <spi_config Config> constexpr auto transfers_of_an_idle_link() -> std::uint64_t {
    auto pair = bus_of_two<Config>{};
    auto controller = rpmsg::channel{pair.controller()};
    auto peripheral = rpmsg::channel{pair.peripheral()};
    check(controller.start().has_value() and peripheral.start().has_value());
    pair.settle(controller, peripheral);
    check(controller.is_up() and peripheral.is_up());
    auto const before = pair.bus.transfers();
    for (rpmsg::ticks now = 0; now < 2000; now += 50) {
        pair.settle(controller, peripheral, now);
    }
    return pair.bus.transfers() - before;
}

/// A side whose peer never comes asks at intervals, and does not transfer.
constexpr auto asks_in_vain() -> bool {
    auto pair = bus_of_two<reliable>{};
    auto controller = pair.controller();
    check(not controller.next_deadline(0).is_set and controller.start().has_value());
    check(pair.bus.is_requesting(0) and controller.next_deadline(0).at == reliable.retry_ticks);
    for (rpmsg::ticks now = 0; now < 1000; now += 10) {
        check(controller.poll(now).event == rpmsg::link_event::none);
        check(pair.bus.is_requesting(0) and not pair.bus.is_busy(0) and controller.next_deadline(now).at >= now);
    }
    return true;
}
} // namespace

TEST_CASE("a link that has nothing to say is silent") {
    STATIC_REQUIRE(transfers_of_an_idle_link<nuttx>() == 0);
    STATIC_REQUIRE(transfers_of_an_idle_link<reliable>() == 0);
}

TEST_CASE("a side whose peer never comes only asks") { STATIC_REQUIRE(asks_in_vain()); }
