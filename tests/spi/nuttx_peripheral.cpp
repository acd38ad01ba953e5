// A controller beside NuttX's peripheral, which chooses its frame before it knows what comes, and goes up and down in a
// thread of its own (NuttX, drivers/rpmsg/rpmsg_port_spi_slave.c).
#include <rpmsg/wire/spi/frame.hpp>

#include <catch2/catch_test_macros.hpp>

#include "pair.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace {
using namespace spi_tests;
using rpmsg::wire::spi_command;

/// NuttX's peripheral as far as a connection goes. Its thread runs when the test lets it.
class nuttx_peripheral {
    enum class state { unconnected, connecting, reconnecting, disconnecting, connected };
    using format = rpmsg::wire::spi_frame<rpmsg::wire::spi_dialects::nuttx>;
    using port = rpmsg::testing::spi_bus_end<spi_role::peripheral, nuttx.frame_size>;

    port port_;
    alignas(8) std::array<std::byte, nuttx.frame_size> out_{};
    alignas(8) std::array<std::byte, nuttx.frame_size> in_{};
    state state_{};
    int asked_{}; ///< transfers that are under way or were asked for meanwhile
    int queued_{};
    std::uint16_t credit_{};
    std::uint32_t ups_{};

    auto exchange() -> void {
        if (asked_++ > 0) {
            return;
        }
        auto content = rpmsg::wire::spi_content{.command = spi_command::available, .available = 5};
        if (state_ == state::unconnected) {
            content.command = spi_command::connect;
            format::name(out_, rpmsg::wire::pad("audio"));
        } else if (state_ == state::connected and credit_ > 0 and queued_ > 0) {
            --queued_;
            content.command = spi_command::data;
            content.length = 4;
            rpmsg::store(
                rpmsg::bytes{out_}.subspan(8),
                rpmsg::wire::header{.source = rpmsg::address{0x400}, .destination = rpmsg::address{0x401}, .length = 4});
        }
        format::finish(out_, content);
        port_.start_transfer(out_, in_);
        port_.request(true);
    }
    auto finish() -> void {
        port_.request(false);
        auto const content = format::read(in_);
        if (content.command != spi_command::none) {
            credit_ = content.available;
            if (content.command == spi_command::connect) {
                if (state_ == state::unconnected) {
                    state_ = state::connecting;
                } else if (state_ == state::connected) {
                    state_ = state::reconnecting;
                    queued_ = 0;
                } else if (state_ == state::disconnecting) {
                    state_ = state::connecting;
                }
            } else if (content.command == spi_command::shutdown and state_ != state::unconnected) {
                state_ = state::disconnecting;
            }
        }
        if (std::exchange(asked_, 0) > 1 or (credit_ > 0 and queued_ > 0)) {
            exchange();
        }
    }

  public:
    explicit nuttx_peripheral(port end) : port_{end} {}
    auto start() -> void { exchange(); }
    auto notify(std::uint32_t signal) -> void {
        if (signal == rpmsg::spi_signal::request) {
            exchange();
        } else if (port_.progress() == rpmsg::spi_progress::done) {
            finish();
        }
    }
    /// What its thread does about the state.
    auto run_thread() -> void {
        if (state_ == state::connecting) {
            state_ = state::connected;
            ++ups_;
            queued_ = 2; // its announcements
            exchange();
        } else if (state_ == state::reconnecting or state_ == state::disconnecting) {
            auto const reconnects = state_ == state::reconnecting;
            state_ = state::unconnected;
            if (reconnects) {
                exchange();
            }
        }
    }
    [[nodiscard]] auto is_up() const -> bool { return state_ == state::connected; }
    [[nodiscard]] auto ups() const -> std::uint32_t { return ups_; }
};

/// The controller starts anew beside a peripheral that believes in the link, again and again; its thread needs so many
/// transfers to see a change. The worst number of transfers until both are up.
struct cost {
    std::uint64_t transfers{};
    std::uint64_t ups{};
};
auto worst_restart(std::uint32_t slowness, std::uint32_t jitter) -> cost {
    auto pair = bus_of_two<nuttx>{};
    auto peer = nuttx_peripheral{bus_of_two<nuttx>::port<spi_role::peripheral>{pair.bus}};
    peer.start();
    auto worst = cost{};
    auto random = 1u;
    auto turn = 0u;
    rpmsg::ticks now = 0;
    for (auto restart = 0; restart < 200; ++restart) {
        auto controller = pair.controller();
        REQUIRE(controller.start().has_value());
        auto const before = pair.bus.transfers();
        auto const ups = peer.ups();
        auto calm = 0;
        for (; calm < 20; ++now) {
            REQUIRE(pair.bus.transfers() - before < 3000);
            random = random * 1'664'525 + 1'013'904'223;
            (void)pair.bus.run();
            (void)pair.bus.forward(0, controller);
            (void)pair.bus.forward(1, peer);
            (void)controller.poll(now);
            for (auto got = controller.receive(); got.outcome == rpmsg::rx_outcome::message; got = controller.receive()) {
                controller.release(got.token);
            }
            if (++turn % (slowness + (jitter > 0 ? (random >> 16) % jitter : 0)) == 0) {
                peer.run_thread();
            }
            calm = controller.writable() and peer.is_up() ? calm + 1 : 0;
        }
        worst.transfers = std::max(worst.transfers, pair.bus.transfers() - before);
        worst.ups = std::max<std::uint64_t>(worst.ups, peer.ups() - ups);
        (void)controller.poll(now);
        controller.port().abandon(); // it falls
        controller.port().request(false);
    }
    return worst;
}

} // namespace

TEST_CASE("a controller that starts anew beside NuttX's peripheral is up after some transfers, whatever its thread's pace") {
    auto worst = cost{};
    for (auto slowness = 1u; slowness < 24; ++slowness) {
        for (auto const jitter : {0u, 3u, 17u}) {
            auto const found = worst_restart(slowness, jitter);
            worst = {std::max(worst.transfers, found.transfers), std::max(worst.ups, found.ups)};
        }
    }
    std::printf("restarts beside NuttX's peripheral: %llu transfers and %llu link-ups at worst\n",
                static_cast<unsigned long long>(worst.transfers), static_cast<unsigned long long>(worst.ups));
    CHECK(worst.transfers < 150);
    CHECK(worst.ups <= 5);
}
