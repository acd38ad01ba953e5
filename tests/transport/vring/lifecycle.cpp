#include <rpmsg/framework/channel.hpp>
#include <rpmsg/transport/vring/lifecycle.hpp>

#include <catch2/catch_test_macros.hpp>

#include "transport/two_sides.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace {
using namespace rpmsg;

constexpr auto ours = vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16};
constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16, .dialect = wire::dialects::openamp};
constexpr auto lite = vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16, .dialect = wire::dialects::rpmsg_lite};
constexpr auto for_linux =
    vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16, .dialect = wire::dialects::linux_virtio};

/// The bytes and events that an endpoint received.
struct sightings {
    int got = 0;
    std::uint32_t unreturned = 0;
};
auto endpoints_over(sightings& seen) {
    return endpoints{
        endpoint<"svc">([&](auto&, message const& m) { seen.got += static_cast<int>(m.payload.size()); },
                        [&](auto&, event const& e) { seen.unreturned += e.kind == event_kind::link_down ? e.unreturned : 0; })};
}

/// Two cores that sleep: a side polls only after a doorbell or while `is_pending` is set.
template <vring_config Config> struct sleepers : sightings {
    using table = decltype(endpoints_over(std::declval<sightings&>()));
    using device_side = channel<decltype(std::declval<two_sides<Config>&>().device()), table>;
    using driver_side = channel<decltype(std::declval<two_sides<Config>&>().driver()), table>;

    two_sides<Config> shared{};
    std::optional<device_side> device{};
    std::optional<driver_side> driver{};

    auto start_device() -> void { REQUIRE(device.emplace(shared.device(), endpoints_over(*this)).start()); }
    auto start_driver() -> void { REQUIRE(driver.emplace(shared.driver(), endpoints_over(*this)).start()); }
    auto clear_memory() -> void { shared.memory.content = {}; }

    static auto wake(auto& bell, auto& side) -> bool {
        bell.forward(*side);
        if (not side->is_pending()) {
            return false;
        }
        side->poll();
        return true;
    }
    /// Runs until both sleep; a link that never sleeps fails the test.
    auto until_asleep() -> void {
        auto rounds = 0;
        for (auto busy = true; busy; ++rounds) {
            REQUIRE(rounds < 100);
            busy = false;
            busy = (driver and wake(shared.to_driver, driver)) or busy;
            busy = (device and wake(shared.to_device, device)) or busy;
        }
    }
    [[nodiscard]] auto is_up() -> bool { return device->is_up() and driver->is_up(); }
    auto both_started() -> void {
        start_device();
        start_driver();
        driver->poll();
        device->poll();
        until_asleep();
    }
};

constexpr auto text = std::array<std::byte, 5>{};
} // namespace

TEST_CASE("two sides that sleep until a doorbell come up, in either order of their starts") {
    auto first = sleepers<ours>{};
    first.start_device();
    first.device->poll();
    first.start_driver();
    first.driver->poll();
    first.until_asleep();
    CHECK(first.is_up());

    auto second = sleepers<ours>{};
    second.start_driver();
    second.driver->poll();
    second.start_device();
    second.device->poll();
    second.until_asleep();
    CHECK(second.is_up());
}

TEST_CASE("one doorbell of a restarted side is enough, and messages from before the restart are delivered") {
    for (auto const driver_restarts : {true, false}) {
        auto link = sleepers<ours>{};
        link.both_started();
        REQUIRE(link.is_up());
        if (driver_restarts) {
            REQUIRE(link.driver->get<"svc">().send(text));
            link.start_driver();
            link.driver->poll();
        } else {
            REQUIRE(link.device->get<"svc">().send(text));
            link.start_device();
            link.device->poll();
        }
        link.until_asleep();
        CHECK(link.is_up());
        CHECK(link.got == 5);
        CHECK(link.driver->get<"svc">().is_bound());
        CHECK(link.device->get<"svc">().is_bound());
    }
}

TEST_CASE("a driver that restarts before the device has detected its first start comes up") {
    auto link = sleepers<ours>{};
    link.start_device();
    link.start_driver();
    link.driver->poll();
    link.shared.to_device.forward(*link.device);
    link.device->poll();
    link.shared.to_driver.forward(*link.driver);
    link.driver->poll(); // up; the device has not polled yet
    link.start_driver();
    link.driver->poll();
    link.until_asleep();
    CHECK(link.is_up());
}

TEST_CASE("a side that clears the whole block when it starts loses the link for a moment only") {
    for (auto const driver_clears : {true, false}) {
        for (auto const was_up : {true, false}) {
            auto link = sleepers<ours>{};
            if (was_up) {
                link.both_started();
            } else if (driver_clears) {
                link.start_device();
                link.device->poll();
            } else {
                link.start_driver();
                link.driver->poll();
            }
            link.clear_memory();
            driver_clears ? link.start_driver() : link.start_device();
            for (int i = 0; i < 20; ++i) {
                link.driver->poll();
                link.device->poll();
            }
            INFO("driver clears " << driver_clears << ", was up " << was_up);
            CHECK(link.is_up());
            REQUIRE(link.driver->get<"svc">().send(text));
            link.device->poll();
            CHECK(link.got == 5);
        }
    }
}

TEST_CASE("a device that closes and starts again on standing rings neither repeats nor loses a buffer") {
    auto kept = std::array<held_message, 2>{};
    auto deliveries = 0;
    auto shared = two_sides<openamp>{};
    channel host{shared.driver(), endpoints{endpoint<"svc">([](auto&, message const&) {})}};
    channel remote{shared.device(), endpoints{endpoint<"svc">([&](auto& it, message const& m) {
                       if (deliveries < 2) {
                           kept[static_cast<std::size_t>(deliveries)] = it.hold(m);
                       }
                       ++deliveries;
                   })}};
    REQUIRE(remote.start());
    REQUIRE(host.start());
    settle(shared, host, remote);
    auto sender = host.get<"svc">();
    REQUIRE(sender.send(text));
    REQUIRE(sender.send(text));
    settle(shared, host, remote);
    kept[1].release(); // out of order: the first is still held
    REQUIRE(remote.reset());
    settle(shared, host, remote);
    REQUIRE(remote.is_up());
    for (int i = 0; i < 20; ++i) {
        REQUIRE(sender.send(text));
        settle(shared, host, remote, 0, 1);
    }
    CHECK(deliveries == 22);
    kept[0].release(); // stale: counted, without other effect
    CHECK(host.counts()[counter::bad_id] == 0);
    CHECK(host.counts()[counter::bad_index] == 0);
}

TEST_CASE("a device beside Linux that closes and starts again needs no doorbell of a driver that is content") {
    auto link = sleepers<for_linux>{};
    link.both_started();
    REQUIRE(link.is_up());
    link.device->close();
    REQUIRE(link.device->start());
    for (int i = 0; i < 4; ++i) {
        link.device->poll();
        link.driver->poll();
    }
    CHECK(link.is_up());
}

TEST_CASE("a device beside Linux that is reset after the driver's restart waits for its first doorbell") {
    auto link = sleepers<for_linux>{};
    link.both_started();
    REQUIRE(link.is_up());
    link.clear_memory(); // a restarted driver posts its buffers, and rings when it is ready
    link.start_driver();
    link.driver->poll();
    REQUIRE(link.device->reset());
    link.device->poll();
    CHECK_FALSE(link.device->is_up());
    link.device->notify(0);
    link.device->poll();
    CHECK(link.device->is_up());
}

TEST_CASE("rpmsg-lite: a device that attached to rings from before the driver's restart finds the new ones") {
    auto link = sleepers<lite>{};
    link.both_started();
    REQUIRE(link.driver->get<"svc">().send(text));
    for (int i = 0; i < 4; ++i) {
        link.device->poll();
        link.driver->poll();
    }
    link.start_device(); // a warm reset of both, the device first
    link.device->poll();
    link.start_driver();
    for (int i = 0; i < 20; ++i) {
        link.driver->poll();
        link.device->poll();
    }
    CHECK(link.is_up());
    link.got = 0;
    REQUIRE(link.driver->get<"svc">().is_bound());
    REQUIRE(link.driver->get<"svc">().send(text));
    link.device->poll();
    CHECK(link.got == 5);
}

TEST_CASE("the doorbell that reports the end is rung again if it failed") {
    auto link = sleepers<ours>{};
    link.both_started();
    link.shared.to_driver.refuses = true;
    link.device->close();
    link.shared.to_driver.refuses = false;
    auto const before = link.shared.to_driver.rings(0);
    link.device->poll();
    CHECK(link.shared.to_driver.rings(0) == before + 1);
    CHECK_FALSE(link.device->next_deadline(0).is_set);
    link.until_asleep();
    CHECK_FALSE(link.driver->is_up());
}

TEST_CASE("a started link is not started twice, and a closed one starts again") {
    auto link = sleepers<ours>{};
    link.both_started();
    REQUIRE(link.device->start());
    link.until_asleep();
    CHECK(link.is_up());
    CHECK(link.device->counts()[counter::link_down] == 0);
    link.device->close();
    link.until_asleep();
    REQUIRE(link.device->start());
    link.device->poll();
    link.until_asleep();
    CHECK(link.is_up());
}

namespace {
constexpr auto batched_openamp =
    vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16, .batch = 4, .dialect = wire::dialects::openamp};
constexpr auto nuttx = vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16, .dialect = wire::dialects::nuttx};

/// A device has a name, a held message and an unpublished returned buffer; then its driver releases the rings, and the device
/// closes or polls before it was reset. Returns whether it wrote from `first` on, or rang.
template <vring_config Config> struct taken_away {
    two_sides<Config> shared{};
    held_message kept{};
    int got{};

    template <typename Take> auto writes_after(Take take, bool closes, std::uint32_t first) -> bool {
        channel host{shared.driver(), endpoints{endpoint<"svc">([](auto&, message const&) {})}};
        channel remote{shared.device(), endpoints{endpoint<"svc">([&](auto& it, message const& m) {
                           if (++got == 1) {
                               kept = it.hold(m);
                           }
                       })}};
        REQUIRE(remote.start());
        REQUIRE(host.start());
        settle(shared, host, remote);
        REQUIRE(host.at(0).send(text));
        REQUIRE(host.at(0).send(text));
        settle(shared, host, remote);
        if (Config.batch > 1) {
            REQUIRE(host.at(0).send(text));
            REQUIRE(host.at(0).send(text));
            remote.poll({.messages = 1}); // returned and not published
            REQUIRE(got == 3);
        }
        take(shared, host);
        auto const before = shared.memory.content;
        auto const rings = shared.to_driver.rings(0) + shared.to_driver.rings(1);
        if (closes) {
            remote.close();
        } else {
            remote.poll();
            REQUIRE_FALSE(remote.is_up());
        }
        kept.release();
        auto const same = std::equal(before.begin() + first, before.end(), shared.memory.content.begin() + first);
        auto const rang = shared.to_driver.rings(0) + shared.to_driver.rings(1) - rings;
        constexpr auto rule = Config.dialect.attach;
        constexpr auto may_ring = rule == wire::attach_rule::epochs or rule == wire::attach_rule::boot_words;
        return not same or (rang != 0 and not may_ring);
    }
};
TEST_CASE("a link of boot words is polled by time, as a peer that restarts rings no doorbell") {
    auto shared = two_sides<nuttx>{};
    auto host = shared.driver();
    auto remote = shared.device();
    REQUIRE(host.start());
    REQUIRE(remote.start());
    auto now = rpmsg::ticks{0};
    for (int i = 0; i < 6; ++i) {
        (void)remote.poll(now);
        (void)host.poll(now);
    }
    REQUIRE((host.is_up() and remote.is_up()));
    CHECK(host.next_deadline(now).is_set);
    CHECK(remote.next_deadline(now).is_set);
}

} // namespace

TEST_CASE("nothing is written to rings, or rung, after their driver took them away: no goodbye, no batch") {
    for (auto const closes : {true, false}) {
        CAPTURE(closes);
        auto const status_falls = [](auto& shared, auto&) { shared.put(vring_layout<openamp>::status(), std::uint8_t{0x40}); };
        CHECK_FALSE(taken_away<openamp>{}.writes_after(status_falls, closes, 0));
        CHECK_FALSE(taken_away<batched_openamp>{}.writes_after(status_falls, closes, 0));
        auto const rings_are_cleared = [](auto& shared, auto&) { shared.memory.content = {}; };
        CHECK_FALSE(taken_away<for_linux>{}.writes_after(rings_are_cleared, closes, 0));
        CHECK_FALSE(taken_away<lite>{}.writes_after(rings_are_cleared, closes, 0));
        // A handshake writes its words and rings a doorbell.
        auto const starts_anew = [](auto& shared, auto&) {
            auto next = shared.driver();
            REQUIRE(next.start());
        };
        CHECK_FALSE(taken_away<ours>{}.writes_after(starts_anew, closes, vring_layout<ours>::ring_0));
        CHECK_FALSE(taken_away<nuttx>{}.writes_after(starts_anew, closes, vring_layout<nuttx>::ring_0));
    }
}

TEST_CASE("a device that closes while its driver is there says goodbye") {
    CHECK(taken_away<openamp>{}.writes_after([](auto&, auto&) {}, true, 0));
    CHECK(taken_away<for_linux>{}.writes_after([](auto&, auto&) {}, true, 0));
}

namespace {

/// A link that is up, and a message of the device whose doorbell failed; the doorbell works again when `works` is called.
struct failed_doorbell {
    two_sides<openamp> shared{};
    decltype(shared.driver()) host = shared.driver();
    decltype(shared.device()) remote = shared.device();

    failed_doorbell() {
        REQUIRE(host.start());
        REQUIRE(remote.start());
        REQUIRE(host.poll(0).event == link_event::up);
        REQUIRE(remote.poll(0).event == link_event::up);
        shared.to_driver.refuses = true;
        REQUIRE(remote.commit(remote.reserve(), {.source = address{1}, .destination = address{2}, .length = 4}));
    }
    /// Returns how often it has rung.
    auto works() -> std::uint32_t {
        shared.to_driver.refuses = false;
        return shared.to_driver.rings(0);
    }
};

} // namespace

TEST_CASE("a doorbell that failed is not rung again for rings that are gone") {
    auto link = failed_doorbell{};
    CHECK(link.remote.next_deadline(0).is_set);
    link.shared.put(vring_layout<openamp>::status(), std::uint8_t{0});
    auto const before = link.works();
    CHECK(link.remote.poll(0).event == link_event::down);
    (void)link.remote.poll(0);
    CHECK(link.shared.to_driver.rings(0) == before);
    CHECK_FALSE(link.remote.next_deadline(0).is_set);
}

TEST_CASE("a doorbell that is older than the rings does not bring a device beside Linux up") {
    auto shared = two_sides<for_linux>{};
    auto remote = shared.device();
    remote.notify(0); // before it starts
    REQUIRE(remote.start());
    CHECK(remote.poll(0).event == link_event::none);
    auto host = shared.driver();
    REQUIRE(host.start());
    REQUIRE(host.poll(0).event == link_event::up);
    CHECK(remote.poll(0).event == link_event::none);
    remote.notify(0);
    REQUIRE(remote.poll(0).event == link_event::up);

    // A doorbell from before the restart was handled already.
    remote.notify(0);
    (void)remote.poll(0);
    shared.memory.content = {};
    host = shared.driver();
    REQUIRE(host.start());
    REQUIRE(host.poll(0).event == link_event::up);
    CHECK(remote.poll(0).reason == down_reason::peer_restarted);
    CHECK(remote.poll(0).event == link_event::none);
    remote.notify(0);
    CHECK(remote.poll(0).event == link_event::up);

    // A doorbell of the restarted driver that arrives before the device is reset counts.
    shared.memory.content = {};
    host = shared.driver();
    REQUIRE(host.start());
    REQUIRE(host.poll(0).event == link_event::up);
    remote.notify(0);
    remote.close();
    REQUIRE(remote.start());
    CHECK(remote.poll(0).event == link_event::up);
}

TEST_CASE("rings of another configuration are refused in words, once") {
    constexpr auto larger = vring_config{.buffers = 4, .buffer_size = 256, .alignment = 16};
    auto shared = two_sides<larger>{};
    auto downs = 0;
    auto reason = down_reason::none;
    channel host{shared.driver(), endpoints{}};
    auto narrow = vring_device<ours, two_sides<larger>::region>{shared.device_region()};
    REQUIRE(narrow.start());
    REQUIRE(host.start());
    for (int i = 0; i < 10; ++i) {
        host.poll();
        auto const change = narrow.poll(0);
        downs += change.event == link_event::refused ? 1 : 0;
        reason = change.event == link_event::refused ? change.reason : reason;
    }
    CHECK(downs == 1);
    CHECK(reason == down_reason::incompatible);
    CHECK_FALSE(narrow.is_up());
}

TEST_CASE("a device that closes when its rings are broken believes nothing of them: what it had not given back comes again") {
    for (auto const polls_first : {true, false}) {
        auto shared = two_sides<openamp>{};
        auto host = shared.driver();
        auto remote = shared.device();
        REQUIRE(remote.start());
        REQUIRE(host.start());
        settle(shared, host, remote);
        REQUIRE(host.commit(host.reserve(), {.source = address{1}, .destination = address{2}, .length = 5}));
        REQUIRE(remote.receive().payload.size() == 5); // and is held
        constexpr auto index = vring_layout<openamp>::parts(1).available + 2;
        auto const right = shared.at<std::uint16_t>(index);
        shared.put(index, static_cast<std::uint16_t>(right + 9));
        REQUIRE(remote.receive().outcome == rx_outcome::ended);
        if (polls_first) {
            CHECK(remote.poll(0).reason == down_reason::broken);
        }
        shared.put(index, right);
        remote.close();
        REQUIRE(remote.start());
        settle(shared, host, remote);
        REQUIRE(remote.is_up());
        CHECK(remote.receive().payload.size() == 5);
    }
}

TEST_CASE("a device that closes gives back what it holds and what it kept for a batch") {
    constexpr auto batched =
        vring_config{.buffers = 4, .buffer_size = 128, .alignment = 16, .batch = 3, .dialect = wire::dialects::openamp};
    for (auto const released : {0u, 1u, 2u}) {
        auto shared = two_sides<batched>{};
        auto host = shared.driver();
        auto remote = shared.device();
        REQUIRE(remote.start());
        REQUIRE(host.start());
        settle(shared, host, remote);
        for (auto i = 0u; i < 2; ++i) {
            REQUIRE(host.commit(host.reserve(), {.source = address{1}, .destination = address{2}, .length = 5}));
            auto const got = remote.receive();
            REQUIRE(got.payload.size() == 5);
            if (i < released) {
                remote.release(got.token);
            }
        }
        remote.close();
        CHECK(host.in_flight() == 0);
    }
}

TEST_CASE("a doorbell that failed is rung once more when the device closes: its message lies in rings that stay") {
    auto link = failed_doorbell{};
    auto const before = link.works();
    link.remote.close();
    CHECK(link.shared.to_driver.rings(0) == before + 1);
    CHECK(link.host.receive().payload.size() == 4);
}

TEST_CASE("a doorbell that failed before a close is not rung after the next start") {
    auto link = failed_doorbell{};
    link.remote.close();
    CHECK_FALSE(link.remote.next_deadline(0).is_set);
    auto const before = link.works();
    REQUIRE(link.remote.start());
    CHECK(link.remote.poll(0).event == link_event::up);
    (void)link.remote.poll(0);
    CHECK(link.shared.to_driver.rings(0) == before);
}
