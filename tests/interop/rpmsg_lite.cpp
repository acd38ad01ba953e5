#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "interop/raw_peer.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>

namespace {

using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::testing::recorder;

constexpr auto of(std::uint16_t buffers, std::uint32_t alignment) -> rpmsg::vring_config {
    return {.buffers = buffers, .alignment = alignment, .dialect = rpmsg::wire::dialects::rpmsg_lite};
}
// The sequences of rpmsg-lite v5.4 with 4 buffers of 512 bytes and VRING_ALIGN 0x10.
constexpr auto config = of(4, 16);
using layout = rpmsg::vring_layout<config>;

constexpr auto buffer(std::uint32_t i) -> std::uint32_t { return 0x100 + 0x200 * i; }

/// The start of rpmsg-lite's master, up to a given step: rings cleared and suppressed, buffers on ring 0 one by one,
/// then in the used ring of ring 1 one by one.
constexpr auto start_master(two_sides<config>& shared, std::uint32_t steps = 8) -> void {
    auto master = raw_peer{shared};
    shared.memory.content = {};
    master.set_available_flags(0, 1);
    master.set_available_flags(1, 1);
    for (std::uint16_t step = 0; step < steps; ++step) {
        auto const ring = step / 4u;
        auto const id = static_cast<std::uint16_t>(step % 4);
        master.describe(ring, id, buffer(step), 512, 2, id < 3 ? id + 1u : 0x8000u);
        if (ring == 0) {
            master.offer(0, id);
        } else {
            master.give(1, id, 512);
        }
    }
}

constexpr auto the_driver_leaves_what_a_master_leaves() -> bool {
    auto ours = two_sides<config>{};
    auto theirs = two_sides<config>{};
    auto link = channel{ours.driver(), endpoints<>{}};
    check(link.start().has_value());
    (void)link.poll();
    start_master(theirs);
    check(ours.memory.content == theirs.memory.content); // every byte, as from the real one
    check(ours.to_device.rings(0) == 1 and ours.to_device.rings(1) == 0);
    return true;
}

constexpr auto messages_pass_between_the_driver_and_a_remote() -> bool {
    auto shared = two_sides<config>{};
    auto remote = raw_peer{shared};
    auto log = recorder{};
    auto link = channel{shared.driver(), endpoints{endpoint<"rpmsg-test">(log.messages(), log.events())}};
    check(link.start().has_value());
    (void)link.poll();
    check(remote.available(1) == 1 and remote.holds_frame(buffer(4), 1024, 53, announcement_bytes("rpmsg-test", 1024, 0)));

    // A stale word goes out in `reserved`; small addresses are fine.
    remote.write_frame(buffer(0), 30, 53, 0xdead'beef, announcement_bytes("rpmsg-test", 30, 0));
    remote.give(0, 0, 512);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{30});
    check(remote.available(0) == 5 and remote.available_entry(0, 0) == 0);
    check(link.at(0).send("hello"_payload).has_value());
    check(remote.available(1) == 2 and remote.available_entry(1, 1) == 1);
    check(remote.holds_frame(buffer(5), 1024, 30, "hello"_payload));
    check(remote.is_described(1, 1, buffer(5), 512, 2)); // never touched after the start
    remote.write_frame(buffer(1), 30, 1024, 0x0002'0000, "zero"_payload);
    remote.give(0, 1, 512);
    (void)link.poll();
    check(log.message_count() == 1 and same(log.payload(0), "zero"_payload));

    // Held messages come back out of order. The remote would fall silent if used.flags of ring 0 were set.
    check(link.at(0).send("a"_payload).has_value() and link.at(0).send("b"_payload).has_value());
    for (auto const id : {3u, 1u, 0u, 2u}) {
        remote.give(1, id, 512);
    }
    for (auto const id : {3u, 1u, 0u, 2u}) {
        check(link.at(0).send("again"_payload).has_value());
        check(remote.available_entry(1, (remote.available(1) - 1u) % 4) == id);
    }
    check(remote.used_flags(0) == 0 and remote.available_flags(0) == 1);
    check(link.counts()[counter::bad_id] == 0 and link.counts()[counter::bad_used_length] == 0);
    return true;
}

constexpr auto a_mute_remote_is_called_until_it_speaks() -> bool {
    auto shared = two_sides<config>{};
    auto remote = raw_peer{shared};
    auto link = channel{shared.driver(), endpoints{endpoint<"x">([](auto&, message const&) {})}};
    check(link.start().has_value());
    (void)link.poll(0);
    check(shared.to_device.rings(0) == 1 and shared.to_device.rings(1) == 1);
    check(link.next_deadline(0).is_set);

    // It looks into ring 1 only when that rings, and our announcement came before it listened.
    (void)link.poll(config.retry_ticks);
    check(shared.to_device.rings(0) == 2 and shared.to_device.rings(1) == 2);
    remote.give(1, 0, 512);
    (void)link.poll(2 * config.retry_ticks);
    check(shared.to_device.rings(0) == 3 and shared.to_device.rings(1) == 2);
    remote.write_frame(buffer(0), 30, 53, 0, announcement_bytes("x", 30, 0));
    remote.give(0, 0, 512);
    (void)link.poll(2 * config.retry_ticks);
    check(not link.next_deadline(2 * config.retry_ticks).is_set);
    return true;
}

/// Both roles of rpmsg-lite give buffers back without a doorbell: a side without buffers has to look.
constexpr auto a_starved_side_asks_to_be_polled(auto& link, auto& log, auto give_one_back) -> bool {
    check(not link.next_deadline(0).is_set);
    while (link.at(0).send("x"_payload).has_value()) {}
    check(link.is_pending());
    (void)link.poll(5);
    check(not link.is_pending());
    auto const due = link.next_deadline(5);
    check(due.is_set and due.at == 5 + config.retry_ticks);
    (void)link.poll(due.at);
    check(log.count(event_kind::writable) == 0 and link.next_deadline(due.at).is_set);
    give_one_back();
    (void)link.poll(due.at);
    check(log.count(event_kind::writable) == 1 and not link.next_deadline(due.at).is_set);
    check(link.at(0).send("x"_payload).has_value());
    return true;
}
constexpr auto starved_sides_ask_to_be_polled() -> bool {
    auto shared = two_sides<config>{};
    auto peer = raw_peer{shared};
    auto log = recorder{};
    auto driver = channel{shared.driver(), endpoints{endpoint<40, 30>(log.messages(), log.events())}};
    check(driver.start().has_value());
    (void)driver.poll(0);
    peer.write_frame(buffer(0), 30, 40, 0, "here"_payload);
    peer.give(0, 0, 512);
    (void)driver.poll(0);
    check(a_starved_side_asks_to_be_polled(driver, log, [&] { peer.give(1, 2, 512); }));

    auto device_log = recorder{};
    auto device = channel{shared.device(), endpoints{endpoint<30, 40>(device_log.messages(), device_log.events())}};
    start_master(shared);
    check(device.start().has_value());
    (void)device.poll(0);
    check(device.is_up());
    check(a_starved_side_asks_to_be_polled(device, device_log, [&] { peer.offer(0, 2); }));
    return true;
}

/// The master's first doorbell comes last; one that is older must not make us believe in rings that are half built.
constexpr auto the_device_waits_for_the_whole_start() -> bool {
    for (std::uint32_t steps = 0; steps <= 8; ++steps) {
        auto shared = two_sides<config>{};
        auto link = channel{shared.device(), endpoints<>{}};
        check(link.start().has_value());
        start_master(shared, steps);
        link.notify();
        (void)link.poll();
        check(link.is_up() == (steps == 8));
    }
    return true;
}

/// A device that starts late, or anew, continues where the rings stand.
constexpr auto the_device_joins_running_rings() -> bool {
    auto shared = two_sides<config>{};
    auto master = raw_peer{shared};
    start_master(shared);
    for (std::uint16_t id = 0; id < 3; ++id) {
        master.write_frame(buffer(4u + id), 40, 30, 0, id < 2 ? "taken"_payload : "waits"_payload);
        master.offer(1, id);
    }
    master.give(1, 0, 512);
    master.give(1, 1, 512);
    auto log = recorder{};
    auto link = channel{shared.device(), endpoints{endpoint<30>(log.messages())}};
    check(link.start().has_value());
    (void)link.poll();
    check(link.is_up() and log.message_count() == 1 and same(log.payload(0), "waits"_payload));
    check(master.used(1) == 7 and master.used_entry(1, 2).id == 2 and master.used_entry(1, 2).length == 512);
    return true;
}

constexpr auto the_device_serves_a_master() -> bool {
    auto shared = two_sides<config>{};
    auto master = raw_peer{shared};
    auto log = recorder{};
    auto older = rpmsg::held_message{};
    auto newer = rpmsg::held_message{};
    auto link = channel{shared.device(), endpoints{endpoint<"rpmsg-test">([&](auto& side, message const& m) {
                            log.add(m);
                            if (same(m.payload, "hold"_payload)) {
                                (older ? newer : older) = side.hold(m);
                            }
                        })}};
    check(link.start().has_value());
    (void)link.poll();
    check(not link.is_up());
    start_master(shared);
    (void)link.poll();
    check(link.is_up());

    // The used ring of ring 1 goes on where the master began it, and ring 0 is rung though it is "suppressed".
    check(master.used(1) == 4 and master.used(0) == 1 and shared.to_driver.rings(0) == 1);
    check(master.holds_frame(buffer(0), 1024, 53, announcement_bytes("rpmsg-test", 1024, 0)));
    check(master.used_entry(0, 0).id == 0 and master.used_entry(0, 0).length == 56);
    check(master.used_flags(0) == 0);

    master.write_frame(buffer(4), 40, 1024, 0xdead'beef, "hello"_payload);
    master.offer(1, 0);
    (void)link.poll();
    check(log.message_count() == 1 and same(log.payload(0), "hello"_payload) and link.at(0).peer() == rpmsg::address{40});
    check(master.used(1) == 5 and master.used_entry(1, 0).id == 0 and master.used_entry(1, 0).length == 512);
    check(shared.to_driver.rings(1) == 0);

    for (std::uint16_t id = 1; id < 3; ++id) {
        master.write_frame(buffer(4u + id), 40, 1024, 0, "hold"_payload);
        master.offer(1, id);
    }
    (void)link.poll();
    check(older and newer and master.used(1) == 5);
    newer.release();
    older.release();
    check(master.used(1) == 7 and master.used_entry(1, 1).id == 2 and master.used_entry(1, 2).id == 1);
    check(master.used_entry(1, 1).length == 512 and master.used_entry(1, 2).length == 512);
    check(link.counts()[counter::odd_flags] == 0);
    return true;
}

/// rpmsg-lite fills all 32 characters of a name.
constexpr auto a_name_without_an_end_is_read_to_its_end() -> bool {
    auto const longest = announcement_bytes("12345678901234567890123456789012", 7, 0);
    auto read = rpmsg::wire::announcement{};
    return rpmsg::wire::read_announcement(longest, false, read) and read.service().size() == 32 and
           read.where == rpmsg::address{7};
}

/// The distance of the rings in rpmsg-lite's ports: VRING_SIZE, which leaves more room than the ring takes.
template <std::uint16_t Buffers, std::uint32_t Alignment> constexpr auto distance() -> std::uint32_t {
    using l = rpmsg::vring_layout<of(Buffers, Alignment)>;
    check(l::ring_0 == 0 and l::buffers == 2 * l::ring_1);
    return l::ring_1;
}

TEST_CASE("rpmsg-lite: the rings lie where its ports put them") {
    STATIC_REQUIRE(distance<2, 16>() == 0x50);
    STATIC_REQUIRE(distance<4, 16>() == 0x80);
    STATIC_REQUIRE(distance<8, 16>() == 0xf0);
    STATIC_REQUIRE(distance<16, 16>() == 0x1c0);
    STATIC_REQUIRE(distance<256, 16>() == 0x1a20);
    STATIC_REQUIRE(distance<4, 4>() == 64 + 16 + 48);
    STATIC_REQUIRE(distance<2, 64>() == 3 * 64);
    STATIC_REQUIRE(distance<16, 4096>() == 3 * 4096);
    STATIC_REQUIRE(layout::parts(0) == rpmsg::wire::vring_parts{0, 0x40, 0x50});
    STATIC_REQUIRE(rpmsg::vring_layout<of(4, 4)>::parts(0).used == 76);
    STATIC_REQUIRE(rpmsg::vring_layout<of(2, 8)>::parts(0).used == 40);
}

TEST_CASE("rpmsg-lite: our driver leaves the memory that a master leaves") {
    STATIC_REQUIRE(the_driver_leaves_what_a_master_leaves());
    CHECK(the_driver_leaves_what_a_master_leaves());
}

TEST_CASE("rpmsg-lite: announcements and messages pass between our driver and a remote") {
    STATIC_REQUIRE(messages_pass_between_the_driver_and_a_remote());
    CHECK(messages_pass_between_the_driver_and_a_remote());
}

TEST_CASE("rpmsg-lite: a mute remote is called until it speaks, on ring 1 too while something waits there") {
    STATIC_REQUIRE(a_mute_remote_is_called_until_it_speaks());
    CHECK(a_mute_remote_is_called_until_it_speaks());
}

TEST_CASE("rpmsg-lite: a side without buffers asks to be polled, for nobody rings") {
    STATIC_REQUIRE(starved_sides_ask_to_be_polled());
    CHECK(starved_sides_ask_to_be_polled());
}

TEST_CASE("rpmsg-lite: our device waits until the master has filled both rings") {
    STATIC_REQUIRE(the_device_waits_for_the_whole_start());
    CHECK(the_device_waits_for_the_whole_start());
}

TEST_CASE("rpmsg-lite: our device joins rings that run already") {
    STATIC_REQUIRE(the_device_joins_running_rings());
    CHECK(the_device_joins_running_rings());
}

TEST_CASE("rpmsg-lite: our device serves a master, and gives buffers back at full size in any order") {
    STATIC_REQUIRE(the_device_serves_a_master());
    CHECK(the_device_serves_a_master());
}

TEST_CASE("rpmsg-lite: a name of 32 characters has no NUL") { STATIC_REQUIRE(a_name_without_an_end_is_read_to_its_end()); }

} // namespace
