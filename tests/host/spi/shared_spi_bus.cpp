#include <rpmsg/host/spi/shared_spi_bus.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/relax.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>

namespace {
using rpmsg::spi_progress;
using rpmsg::spi_role;
using bus = rpmsg::host::shared_spi_bus<8>;
using controller = rpmsg::host::shared_spi_end<spi_role::controller, 8>;
using peripheral = rpmsg::host::shared_spi_end<spi_role::peripheral, 8>;

struct listener {
    unsigned edges{};
    auto notify(std::uint32_t signal) -> void { edges += signal == rpmsg::spi_signal::request ? 1u : 0u; }
};
} // namespace

TEST_CASE("two ends of a shared bus swap frames, and the peripheral's bell rings") {
    auto const shared = std::make_unique<bus>();
    auto a = controller{*shared};
    auto b = peripheral{*shared};
    auto in = std::array<std::byte, 8>{};
    auto in_there = std::array<std::byte, 8>{};
    b.start_transfer("p-frame!"_payload, in_there);
    CHECK(b.progress() == spi_progress::busy);
    auto const rings = shared->bells[1].rings();
    a.start_transfer("c-frame!"_payload, in);
    CHECK(a.progress() == spi_progress::done);
    CHECK(b.progress() == spi_progress::done);
    CHECK(same(in, "p-frame!"_payload));
    CHECK(same(in_there, "c-frame!"_payload));
    CHECK(shared->bells[1].rings() == rings + 1);
}

TEST_CASE("a peripheral of a shared bus that is not ready sends zeroes and gets nothing") {
    auto const shared = std::make_unique<bus>();
    auto a = controller{*shared};
    auto b = peripheral{*shared};
    auto in = std::array<std::byte, 8>{std::byte{1}};
    auto in_there = in;
    b.start_transfer("p-frame!"_payload, in_there);
    b.abandon();
    a.start_transfer("c-frame!"_payload, in);
    CHECK(same(in, std::array<std::byte, 8>{}));
    CHECK(in_there[0] == std::byte{1});
    CHECK(b.progress() == spi_progress::failed);
}

TEST_CASE("a request line of a shared bus is a level, a ring and an edge that is told once") {
    auto const shared = std::make_unique<bus>();
    auto a = controller{*shared};
    auto b = peripheral{*shared};
    auto ears = listener{};
    a.request(true);
    a.request(true);
    CHECK(b.is_requested());
    CHECK(shared->bells[1].rings() == 1);
    b.forward(ears);
    b.forward(ears);
    CHECK(ears.edges == 1);
    a.request(false);
    CHECK_FALSE(b.is_requested());
}

TEST_CASE("an end that is made anew ends what the old one had begun") {
    auto const shared = std::make_unique<bus>();
    auto a = controller{*shared};
    auto b = peripheral{*shared};
    auto in = std::array<std::byte, 8>{};
    b.start_transfer("p-frame!"_payload, in);
    b.request(true);
    shared->peripheral = bus::each * 6 + bus::moving; // the controller died here
    a = controller{*shared};
    CHECK(b.progress() == spi_progress::done);
    b.start_transfer("p-frame!"_payload, in);
    b = peripheral{*shared};
    CHECK(shared->peripheral == bus::each * 7 + bus::idle);
    CHECK_FALSE(a.is_requested());
}

TEST_CASE("a transfer that a new peripheral does not know ends without a trace") {
    auto const shared = std::make_unique<bus>();
    auto a = controller{*shared};
    auto b = peripheral{*shared};
    auto in = std::array<std::byte, 8>{};
    shared->peripheral = bus::each * 6 + bus::moving; // the controller is in the middle
    b.start_transfer("p-frame!"_payload, in);
    a.start_transfer("c-frame!"_payload, in);
    CHECK(b.progress() == spi_progress::done);
    CHECK(shared->transfers() == 7);
}

TEST_CASE("a peripheral that is ready again at once is served again") {
    auto const shared = std::make_unique<bus>();
    constexpr auto rounds = 50'000u;
    auto ended = std::atomic<bool>{};
    auto served = 0u;
    auto there = std::thread{[&] {
        auto a = controller{*shared};
        auto in = std::array<std::byte, 8>{};
        while (not ended) {
            auto const before = shared->transfers();
            a.start_transfer("c-frame!"_payload, in);
            if (shared->transfers() == before) {
                rpmsg::give_way(); // the peripheral may wait for this very core
            }
        }
    }};
    auto b = peripheral{*shared};
    auto in = std::array<std::byte, 8>{};
    auto is_stuck = false; // a transfer of its own takes that long, not all of them
    for (; served < rounds and not is_stuck; served += is_stuck ? 0u : 1u) {
        auto const deadline = rpmsg::host::steady_clock::now() + 60'000;
        b.start_transfer("p-frame!"_payload, in);
        while (b.progress() != spi_progress::done and not is_stuck) {
            rpmsg::give_way(); // the controller may wait for this very core
            is_stuck = rpmsg::has_passed(deadline, rpmsg::host::steady_clock::now());
        }
    }
    ended = true;
    there.join();
    CHECK(served == rounds);
    CHECK(shared->transfers() == rounds);
}
