// Random programs with sockets on both sides of each kind of link, with losses of the link and restarts of either side.
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/spi.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "random_play.hpp"
#include "transport/two_sides.hpp"
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace {
using namespace rpmsg;
namespace testing = rpmsg::testing;

template <bool Acknowledged> class loopback_world {
    std::unique_ptr<testing::loopback_memory<4, 80>> memory_ = std::make_unique<testing::loopback_memory<4, 80>>();

  public:
    using first = testing::loopback<Acknowledged, 4, 80>;
    using second = first;
    ticks now{};
    auto make_first() -> first { return {*memory_, 0}; }
    auto make_second() -> second { return {*memory_, 1}; }
    auto turn(auto& a, auto& b) -> void {
        ++now;
        (void)a.poll({.messages = 1 + now % 3}, now);
        (void)b.poll({.messages = 1 + now % 5}, now);
    }
};

class vring_world {
    static constexpr auto rings = vring_config{.buffers = 4, .buffer_size = 112};
    using sides = two_sides<rings>;
    std::unique_ptr<sides> shared_ = std::make_unique<sides>();

  public:
    using first = decltype(rpmsg::detail::lent<sides&>().driver());
    using second = decltype(rpmsg::detail::lent<sides&>().device());
    ticks now{};
    auto make_first() -> first { return shared_->driver(); }
    auto make_second() -> second { return shared_->device(); }
    auto turn(auto& a, auto& b) -> void { settle(*shared_, a, b, ++now, 1); }
};

template <uart_profile Profile> class uart_world {
    static constexpr auto line = uart_config{.tx_buffers = 4, .rx_buffers = 4, .payload = 100, .profile = Profile};
    using wire = testing::line<8192>;
    using stream = testing::line_end<wire>;
    struct wires {
        wire there{};
        wire back{};
        uart_storage<line> frames[2]{};
    };
    std::unique_ptr<wires> it_ = std::make_unique<wires>();
    std::uint32_t boots_{};

    auto make(unsigned end) -> uart<line, stream> {
        it_->frames[end] = {};
        auto made =
            uart<line, stream>{it_->frames[end], end == 0 ? stream{&it_->there, &it_->back} : stream{&it_->back, &it_->there}};
        if constexpr (Profile == uart_profile::reliable) {
            made.identify(++boots_);
        }
        return made;
    }

  public:
    using first = uart<line, stream>;
    using second = first;
    ticks now{};
    auto make_first() -> first { return make(0); }
    auto make_second() -> second { return make(1); }
    auto turn(auto& a, auto& b) -> void {
        now += 5;
        (void)a.poll(now);
        (void)b.poll(now);
    }
};

class spi_world {
    static constexpr auto bus = spi_config{.frame_size = 112, .transmit_buffers = 4, .receive_buffers = 6};
    template <spi_role Role> using port = testing::spi_bus_end<Role, bus.frame_size>;
    struct wires {
        testing::spi_bus<bus.frame_size> wire{};
        spi_storage<bus> frames[2]{};
    };
    std::unique_ptr<wires> it_ = std::make_unique<wires>();

  public:
    using first = spi<bus, port<spi_role::controller>>;
    using second = spi<bus, port<spi_role::peripheral>>;
    ticks now{};
    auto make_first() -> first {
        it_->frames[0] = {};
        return first{it_->frames[0], port<spi_role::controller>{it_->wire}};
    }
    auto make_second() -> second {
        it_->frames[1] = {};
        return second{it_->frames[1], port<spi_role::peripheral>{it_->wire}};
    }
    auto turn(auto& a, auto& b) -> void {
        now += 5;
        (void)it_->wire.run();
        (void)it_->wire.forward(0, a);
        (void)it_->wire.forward(1, b);
        (void)a.poll(now);
        (void)b.poll(now);
    }
};

template <typename World> auto campaign(char const* name, std::uint64_t seeds) -> void {
    auto counts = socket_play::counts{};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        try {
            socket_play::play<World>{seed, counts}.run(600);
        } catch (std::logic_error const& failed) {
            FAIL(name << ", seed " << seed << ": " << failed.what());
        }
    }
    INFO(name << ": connected " << counts.connected << ", accepted " << counts.accepted << ", sent " << counts.sent << ", read "
              << counts.read << ", datagrams " << counts.datagrams << ", refused " << counts.refused << ", in place "
              << counts.in_place << ", shutdowns " << counts.shutdowns << ", closed " << counts.closed << ", ends "
              << counts.ends << ", link downs " << counts.link_downs << ", restarts " << counts.restarts << ", downs "
              << counts.downs << ", leftovers " << counts.leftovers);
    CHECK_FALSE(counts.has_zero());
    UNSCOPED_INFO("done");
}
} // namespace

TEST_CASE("random programs with sockets, over a loopback") { campaign<loopback_world<true>>("loopback", 40); }
TEST_CASE("random programs with sockets, without acknowledged names") { campaign<loopback_world<false>>("plain", 40); }
TEST_CASE("random programs with sockets, over shared memory") { campaign<vring_world>("shared memory", 25); }
TEST_CASE("random programs with sockets, over a serial line") {
    campaign<uart_world<uart_profile::reliable>>("serial line", 15);
    campaign<uart_world<uart_profile::nuttx>>("serial line in NuttX's frames", 15);
}
TEST_CASE("random programs with sockets, over SPI") { campaign<spi_world>("SPI", 15); }
