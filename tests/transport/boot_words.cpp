#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>
#include <functional>
#include <optional>

namespace {

using rpmsg::down_reason;
using rpmsg::link_event;
namespace boot_state = rpmsg::wire::boot_state;

constexpr auto config = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::openvela};
using layout = rpmsg::vring_layout<config>;
constexpr std::uint32_t device_word = 16;
constexpr std::uint32_t driver_word = 20;

/// Polls both sides often enough for a handshake.
constexpr auto settle_both(auto& driver, auto& device) -> void {
    for (int i = 0; i < 4; ++i) {
        (void)driver.poll(0);
        (void)device.poll(0);
    }
}
constexpr auto passes(auto& from, auto& to) -> bool {
    auto const room = from.reserve();
    if (not room) {
        return false;
    }
    room.space[0] = std::byte{42};
    check(from.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 1}));
    auto const received = to.receive();
    auto const is_there = received.outcome == rpmsg::rx_outcome::message and received.payload.size() == 1 and
                          received.payload[0] == std::byte{42};
    if (is_there) {
        to.release(received.token);
    }
    return is_there;
}
constexpr auto talks(auto& driver, auto& device) -> bool {
    return driver.is_up() and device.is_up() and passes(driver, device) and passes(device, driver);
}

constexpr auto either_side_starts_first(bool driver_first) -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    if (driver_first) {
        check(driver.start().has_value());
        (void)driver.poll(0);
        check(not driver.is_up() and shared.at<std::uint32_t>(driver_word) == boot_state::boots);
        check(driver.next_deadline(0).is_set); // no doorbell is rung
    }
    check(device.start().has_value());
    (void)device.poll(0);
    check(not device.is_up() and shared.at<std::uint32_t>(device_word) == boot_state::boots);
    check(device.next_deadline(0).is_set);
    if (not driver_first) {
        check(driver.start().has_value());
    }
    check(driver.poll(0).event == link_event::up);
    check(device.poll(0).event == link_event::up); // one poll makes all its steps
    check(shared.at<std::uint32_t>(device_word) == boot_state::runs and
          shared.at<std::uint32_t>(driver_word) == boot_state::runs);
    return talks(driver, device);
}

constexpr auto a_restarted_device_is_seen() -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    check(talks(driver, device));
    settle_both(driver, device);
    auto again = shared.device();
    check(again.start().has_value());
    check(shared.at<std::uint32_t>(driver_word) == boot_state::needs_reset);
    check(driver.next_deadline(0).is_set and driver.next_deadline(0).at == config.retry_ticks); // no doorbell is rung
    auto const change = driver.poll(0);
    check(change.event == link_event::down and change.reason == down_reason::peer_restarted);
    settle_both(driver, again);
    return talks(driver, again);
}

constexpr auto a_restarted_driver_is_seen() -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    check(passes(device, driver));
    auto again = shared.driver();
    check(again.start().has_value());
    check(shared.at<std::uint32_t>(device_word) == boot_state::needs_reset);
    check(device.next_deadline(0).is_set and device.next_deadline(0).at == config.retry_ticks); // no doorbell is rung
    auto const change = device.poll(0);
    check(change.event == link_event::down and change.reason == down_reason::peer_restarted);
    settle_both(again, device);
    return talks(again, device);
}

constexpr auto a_driver_that_stops_is_seen() -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    shared.put(layout::status(), std::uint8_t{0});
    auto const change = device.poll(0);
    check(change.event == link_event::down and change.reason == down_reason::peer_stopped);
    check(shared.at<std::uint32_t>(device_word) == boot_state::runs); // it waits without a deadline
    return true;
}

constexpr auto a_closed_side_is_waited_for() -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    device.close();
    check(driver.poll(0).reason == down_reason::peer_restarted);
    (void)driver.poll(0);
    check(not driver.is_up());
    check(device.start().has_value());
    settle_both(driver, device);
    check(talks(driver, device));
    driver.close();
    check(device.poll(0).reason == down_reason::peer_restarted);
    (void)device.poll(0);
    check(not device.is_up());
    check(driver.start().has_value());
    settle_both(driver, device);
    return talks(driver, device);
}

constexpr auto a_broken_ring_is_laid_out_anew() -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    shared.put(layout::parts(1).available + 2, std::uint16_t{99});
    (void)device.receive();
    check(device.poll(0).reason == down_reason::broken);
    settle_both(driver, device);
    check(talks(driver, device));
    shared.put(layout::parts(0).used + 2, std::uint16_t{99});
    (void)driver.receive();
    check(driver.poll(0).reason == down_reason::broken);
    settle_both(driver, device);
    return talks(driver, device);
}

constexpr auto a_cleared_block_is_filled_again() -> bool {
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    shared.memory = {};
    settle_both(driver, device);
    return talks(driver, device);
}

constexpr auto table = std::uint32_t{sizeof(rpmsg::wire::boot_block)};
constexpr auto of_driver = table + 8;
constexpr auto of_device = table + 12;
constexpr auto nuttx = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::nuttx};

/// The effect of a command on the link of the side that receives it, and the word with which that side answers.
template <rpmsg::vring_config Config>
constexpr auto ends_with(std::uint32_t command, bool by_driver, std::uint32_t answer) -> down_reason {
    auto shared = two_sides<Config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    check(talks(driver, device));
    shared.put(by_driver ? of_driver : of_device, command << 16 | 7);
    auto const change = by_driver ? device.poll(0) : driver.poll(0);
    if (change.event != link_event::down) {
        check(talks(driver, device));
        return down_reason::none;
    }
    check(shared.template at<std::uint32_t>(by_driver ? of_driver : of_device) == 0);
    check(shared.template at<std::uint32_t>(by_driver ? of_device : of_driver) == answer);
    // The side that gave the command restarts; it accepts the table only when both command words are 0.
    if (by_driver) {
        driver = shared.driver();
        check(driver.start().has_value());
    } else {
        device = shared.device();
        check(device.start().has_value());
    }
    settle_both(driver, device);
    check(shared.template at<std::uint32_t>(of_driver) == 0 and shared.template at<std::uint32_t>(of_device) == 0);
    check(talks(driver, device));
    return change.reason;
}

TEST_CASE("Boot words: a command of the other side is cleared, acknowledged and reported") {
    constexpr auto acknowledged = 0xffff'0000u;
    for (auto const by_driver : {true, false}) {
        CHECK(ends_with<nuttx>(2, by_driver, acknowledged) == down_reason::peer_panicked);
        CHECK(ends_with<nuttx>(3, by_driver, acknowledged) == down_reason::reset_asked);
        CHECK(ends_with<nuttx>(4, by_driver, acknowledged) == down_reason::peer_stopped);
        CHECK(ends_with<nuttx>(1, by_driver, 0) == down_reason::none); // ready
        CHECK(ends_with<nuttx>(0xffff, by_driver, 0) == down_reason::none);
        CHECK(ends_with<config>(1, by_driver, 0) == down_reason::peer_panicked);
        CHECK(ends_with<config>(2, by_driver, 0) == down_reason::peer_stopped);
        CHECK(ends_with<config>(4, by_driver, 0) == down_reason::reset_asked);
        CHECK(ends_with<config>(3, by_driver, 0) == down_reason::none);
    }
    STATIC_REQUIRE(ends_with<nuttx>(2, true, acknowledged) == down_reason::peer_panicked);
}

/// A device that panicked while the link was down leaves its command; the driver clears it before each `runs`.
constexpr auto a_dead_devices_panic_locks_nobody_out() -> bool {
    auto shared = two_sides<nuttx>{};
    auto driver = shared.driver();
    check(driver.start().has_value());
    for (int life = 0; life < 3; ++life) {
        shared.put(of_device, std::uint32_t{2} << 16);
        shared.put(of_driver, std::uint32_t{0xffff} << 16);
        auto device = shared.device();
        check(device.start().has_value());
        (void)driver.poll(0); // link down, or the first poll
        while (not driver.is_up()) {
            (void)driver.poll(0);
        }
        check(shared.at<std::uint32_t>(of_driver) == 0 and shared.at<std::uint32_t>(of_device) == 0);
        settle_both(driver, device);
        check(talks(driver, device));
    }
    return true;
}

TEST_CASE("Boot words: the panic of an earlier device does not block the next one") {
    STATIC_REQUIRE(a_dead_devices_panic_locks_nobody_out());
    CHECK(a_dead_devices_panic_locks_nobody_out());
}

/// NuttX's master clears the table and the rings some time before it touches its boot word (NuttX, drivers/rptun/rptun.c).
constexpr auto a_driver_that_restarts_while_idle_has_restarted(bool all) -> bool {
    auto shared = two_sides<nuttx>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle_both(driver, device);
    check(talks(driver, device));
    settle_both(driver, device);
    check(device.in_flight() == 0);
    auto const end = all ? rpmsg::vring_layout<nuttx>::size() : rpmsg::vring_layout<nuttx>::buffers;
    for (auto at = table; at < end; at += 4) {
        shared.put(at, std::uint32_t{0});
    }
    auto const change = device.poll(0);
    check(change.event == link_event::down and change.reason == down_reason::peer_restarted and change.unreturned == 0);
    check(device.poll(0).event == link_event::none and not device.is_up());
    driver = shared.driver();
    check(driver.start().has_value());
    settle_both(driver, device);
    check(talks(driver, device));
    return true;
}

TEST_CASE("Boot words: a driver that restarts while the link is idle has restarted, and nothing was lost") {
    STATIC_REQUIRE(a_driver_that_restarts_while_idle_has_restarted(true));
    CHECK(a_driver_that_restarts_while_idle_has_restarted(true));
    CHECK(a_driver_that_restarts_while_idle_has_restarted(false));
}

TEST_CASE("Boot words: either side may start first") {
    STATIC_REQUIRE(either_side_starts_first(true));
    STATIC_REQUIRE(either_side_starts_first(false));
    CHECK(either_side_starts_first(true));
    CHECK(either_side_starts_first(false));
}

TEST_CASE("Boot words: a restart of either side is seen by the other and the link comes back by itself") {
    STATIC_REQUIRE(a_restarted_device_is_seen());
    STATIC_REQUIRE(a_restarted_driver_is_seen());
    CHECK(a_restarted_device_is_seen());
    CHECK(a_restarted_driver_is_seen());
}

TEST_CASE("Boot words: a driver that takes its status back has stopped") {
    STATIC_REQUIRE(a_driver_that_stops_is_seen());
    CHECK(a_driver_that_stops_is_seen());
}

TEST_CASE("Boot words: a side that closed is waited for until it starts again") {
    STATIC_REQUIRE(a_closed_side_is_waited_for());
    CHECK(a_closed_side_is_waited_for());
}

TEST_CASE("Boot words: after a breach of the ring both sides agree on fresh rings") {
    STATIC_REQUIRE(a_broken_ring_is_laid_out_anew());
    CHECK(a_broken_ring_is_laid_out_anew());
}

TEST_CASE("Boot words: a block that somebody cleared is filled again") {
    STATIC_REQUIRE(a_cleared_block_is_filled_again());
    CHECK(a_cleared_block_is_filled_again());
}

TEST_CASE("Boot words: after any seven polls and restarts of both sides the link comes up and talks") {
    for (unsigned sequence = 0; sequence < 1u << 14; ++sequence) {
        auto shared = two_sides<config>{};
        using driver_type = decltype(shared.driver());
        using device_type = decltype(shared.device());
        auto driver = std::optional<driver_type>{};
        auto device = std::optional<device_type>{};
        auto const restart = [&](auto& side, auto made) {
            side.emplace(made);
            check(side->start().has_value());
        };
        restart(driver, shared.driver());
        restart(device, shared.device());
        for (auto rest = sequence, i = 0u; i < 7; ++i, rest >>= 2) {
            switch (rest & 3) {
            case 0: (void)driver->poll(0); break;
            case 1: (void)device->poll(0); break;
            case 2: restart(driver, shared.driver()); break;
            default: restart(device, shared.device()); break;
            }
        }
        settle_both(*driver, *device);
        if (not talks(*driver, *device)) {
            FAIL("sequence " << sequence);
        }
    }
}

/// An array region with a hook before each store, in which the peer polls or this side crashes.
struct interrupted_region : two_sides<config>::region {
    using plain = two_sides<config>::region;
    std::function<void()>* before_store;

    interrupted_region(plain memory, std::function<void()>& hook) : plain{memory}, before_store{&hook} {}
    template <rpmsg::site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        if (*before_store) {
            (*before_store)();
        }
        plain::template store<Site>(offset, value);
    }
};
static_assert(rpmsg::region<interrupted_region>);

struct killed {};

/// One side starts and polls; before its store number `at` it crashes if `dies`, otherwise the peer polls.
template <typename Side>
auto life_with_interruption(two_sides<config>& shared, auto& peer, int at, bool dies, auto make_again) -> bool {
    auto stores = 0;
    auto happened = false;
    auto hook = std::function<void()>{};
    hook = [&] {
        if (++stores == at) {
            happened = true;
            if (dies) {
                throw killed{};
            }
            (void)peer.poll(0);
            (void)peer.poll(0);
        }
    };
    auto side = Side{interrupted_region{two_sides<config>::region{shared.memory}, hook}};
    try {
        check(side.start().has_value());
        for (int i = 0; i < 4; ++i) {
            (void)side.poll(0);
            (void)peer.poll(0);
        }
        hook = {};
        for (int i = 0; i < 4; ++i) {
            (void)side.poll(0);
            (void)peer.poll(0);
        }
        check(side.is_up() and peer.is_up() and passes(side, peer) and passes(peer, side));
    } catch (killed const&) {
        auto again = make_again();
        check(again.start().has_value());
        settle_both(again, peer);
        check(talks(again, peer));
    }
    return happened;
}

TEST_CASE("Boot words: a side may die or be overtaken at any store of its start, the link comes up and talks") {
    using interrupted_driver = rpmsg::vring_driver<config, interrupted_region>;
    using interrupted_device = rpmsg::vring_device<config, interrupted_region>;
    for (auto const dies : {false, true}) {
        for (auto const had_a_life_before : {false, true}) {
            for (auto const is_driver : {false, true}) {
                auto last = 0;
                for (int at = 1; at == last + 1; ++at) {
                    auto shared = two_sides<config>{};
                    auto driver = shared.driver();
                    auto device = shared.device();
                    check((is_driver or driver.start().has_value()) and (not is_driver or device.start().has_value()));
                    if (had_a_life_before) {
                        check(driver.start().has_value() and device.start().has_value());
                        settle_both(driver, device);
                    }
                    auto const happened = is_driver
                                              ? life_with_interruption<interrupted_driver>(shared, device, at, dies,
                                                                                           [&] { return shared.driver(); })
                                              : life_with_interruption<interrupted_device>(shared, driver, at, dies,
                                                                                           [&] { return shared.device(); });
                    last = happened ? at : last;
                }
                CHECK(last > (is_driver ? 100 : 1));
            }
        }
    }
}

} // namespace
