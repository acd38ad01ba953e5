#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "interop/raw_peer.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>

namespace {

using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::testing::recorder;

// The sequences of open-amp v1.10 with 4 buffers of 512 bytes, rings at a distance of 64.
constexpr auto config =
    rpmsg::vring_config{.buffers = 4, .alignment = 64, .device_base = 0x2000'0000, .dialect = rpmsg::wire::dialects::openamp};
using layout = rpmsg::vring_layout<config>;
constexpr std::uint32_t pool = layout::buffers;
constexpr std::uint32_t status_at = 20 + 24;
constexpr std::uint32_t offered_at = 20 + 12;
constexpr std::uint32_t agreed_at = 20 + 16;

constexpr auto buffer(std::uint32_t i) -> std::uint32_t { return pool + 512 * i; }

/// What an OpenAMP host leaves after its start: buffers on ring 0, empty descriptors on ring 1, the status last.
constexpr auto start_host(two_sides<config>& shared) -> void {
    auto host = raw_peer{shared};
    for (std::uint16_t id = 0; id < 4; ++id) {
        auto const next = id < 3 ? id + 1u : 0x8000u;
        host.describe(0, id, buffer(id), 512, 2, next);
        host.describe(1, id, 0, 0, 0, next);
        host.offer(0, id);
    }
    host.set_available_flags(1, 1);
    shared.put(offered_at, std::uint32_t{1});
    shared.put(agreed_at, std::uint32_t{1});
    shared.put(status_at, std::uint8_t{4});
}

constexpr auto no_complaints(auto const& counts) -> bool {
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(counter::count_); ++i) {
        if (counts[static_cast<counter>(i)] != 0) {
            return false;
        }
    }
    return true;
}

constexpr auto the_driver_leaves_what_a_remote_expects() -> bool {
    auto shared = two_sides<config>{};
    auto remote = raw_peer{shared};
    shared.put(offered_at, std::uint32_t{0xffff'ffff});
    shared.put(status_at, std::uint8_t{0x44});
    auto link = channel{shared.driver(), endpoints<>{}};
    check(link.start().has_value());
    check(shared.at<std::uint8_t>(status_at) == 0);
    (void)link.poll();
    check(shared.at<std::uint8_t>(status_at) == 4);
    check(shared.at<std::uint32_t>(agreed_at) == 1); // never bit 29: the remote would fall silent
    for (std::uint16_t id = 0; id < 4; ++id) {
        check(remote.is_described(0, id, buffer(id), 512, 2));
        check(remote.available_entry(0, id) == id);
        check(remote.is_described(1, id, buffer(4u + id), 512, 0));
    }
    check(remote.available(0) == 4 and remote.available_flags(0) == 0);
    check(remote.available(1) == 0 and remote.available_flags(1) == 1);
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        check(remote.used(ring) == 0 and remote.used_flags(ring) == 0);
    }
    return true;
}

constexpr auto messages_pass_between_the_driver_and_a_remote() -> bool {
    auto shared = two_sides<config>{};
    auto remote = raw_peer{shared};
    auto log = recorder{};
    auto link = channel{shared.driver(), endpoints{endpoint<"svc-x">(log.messages(), log.events())}};
    check(link.start().has_value());
    (void)link.poll();
    shared.put(layout::parts(0).used, std::uint16_t{1}); // the remote starts: no doorbells for buffers that go back

    // Our announcement waits in ring 1; the remote announces the same name with rubbish after its NUL.
    check(remote.available(1) == 1 and remote.available_entry(1, 0) == 0);
    check(remote.holds_frame(buffer(4), 1024, 53, announcement_bytes("svc-x", 1024, 0)));
    remote.give(1, 0, 512);
    remote.write_frame(buffer(0), 1031, 53, 0, announcement_bytes("svc-x", 1031, 0, '?'));
    remote.give(0, 0, 512);
    auto const rung = shared.to_device.rings(0);
    (void)link.poll();
    check(log.count(event_kind::bound) == 1 and link.at(0).peer() == rpmsg::address{1031});
    check(remote.available(0) == 5 and remote.available_entry(0, 0) == 0);
    check(shared.to_device.rings(0) == rung);

    // A message each way; the used length is the size of the buffer, the length is in the header.
    check(link.at(0).send("hello"_payload).has_value());
    auto const sent = remote.available_entry(1, 1);
    check(remote.available(1) == 2 and remote.holds_frame(buffer(4u + sent), 1024, 1031, "hello"_payload));
    check(remote.is_described(1, sent, buffer(4u + sent), 512, 0));
    remote.write_frame(buffer(1), 1031, 1024, 0, "world"_payload);
    remote.give(0, 1, 512);
    (void)link.poll();
    check(log.message_count() == 1 and same(log.payload(0), "world"_payload));

    // The remote held a message: it returns them out of order, with its notes in the word `reserved`.
    check(link.at(0).send("first"_payload).has_value() and link.at(0).send("second"_payload).has_value());
    auto const first = remote.available_entry(1, 2);
    auto const second = remote.available_entry(1, 3);
    shared.put(buffer(4u + second) + 8, 0x0001'0000u + second);
    remote.give(1, second, 512);
    remote.give(1, first, 512);
    check(link.at(0).send("third"_payload).has_value());
    auto const reused = remote.available_entry(1, 0);
    check(remote.available(1) == 5 and remote.holds_frame(buffer(4u + reused), 1024, 1031, "third"_payload));

    // Flags of an announcement: bit 0 destroys, whatever else is set.
    remote.write_frame(buffer(2), 1031, 53, 0, announcement_bytes("svc-x", 1031, 3));
    remote.give(0, 2, 512);
    (void)link.poll();
    check(not link.at(0).is_bound() and log.count(event_kind::unbound) == 1);
    remote.write_frame(buffer(3), 1031, 53, 0, announcement_bytes("svc-x", 1032, 2));
    remote.give(0, 3, 512);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1032});
    check(no_complaints(link.counts()));
    return true;
}

/// The remote polls the status byte; what we rang before is gone, and it looks at ring 1 only when that rings.
constexpr auto a_remote_that_starts_late_is_rung_for_what_waits() -> bool {
    auto shared = two_sides<config>{};
    auto remote = raw_peer{shared};
    auto link = channel{shared.driver(), endpoints{endpoint<"x">([](auto&, message const&) {})}};
    check(link.start().has_value());
    (void)link.poll(0);
    auto const early = shared.to_device.rings(1);
    check(remote.available(1) == 1 and early == 1);
    auto const due = link.next_deadline(0);
    check(due.is_set and due.at == config.retry_ticks);
    (void)link.poll(config.retry_ticks - 1);
    check(shared.to_device.rings(1) == early);
    (void)link.poll(config.retry_ticks);
    check(shared.to_device.rings(1) == early + 1);

    // Taken, but not answered: no reason to ring ring 1. Heard: no reason to call any more.
    remote.give(1, 0, 512);
    (void)link.poll(2 * config.retry_ticks);
    check(shared.to_device.rings(1) == early + 1);
    remote.write_frame(buffer(0), 1024, 53, 0, announcement_bytes("x", 1024, 0));
    remote.give(0, 0, 512);
    (void)link.poll(2 * config.retry_ticks);
    check(not link.next_deadline(2 * config.retry_ticks).is_set);
    return true;
}

constexpr auto the_device_serves_a_host() -> bool {
    auto shared = two_sides<config>{};
    auto host = raw_peer{shared};
    auto log = recorder{};
    auto older = rpmsg::held_message{};
    auto newer = rpmsg::held_message{};
    auto link = channel{shared.device(), endpoints{endpoint<"svc-x">(
                                             [&](auto& side, message const& m) {
                                                 log.add(m);
                                                 if (same(m.payload, "hold"_payload)) {
                                                     (older ? newer : older) = side.hold(m);
                                                 }
                                             },
                                             log.events())}};
    check(link.start().has_value());
    (void)link.poll();
    check(not link.is_up() and host.used_flags(0) == 0);
    start_host(shared);
    shared.put(status_at, std::uint8_t{0x44});
    (void)link.poll();
    check(not link.is_up());
    shared.put(status_at, std::uint8_t{7}); // as Linux counts up to it
    (void)link.poll();
    check(link.is_up());

    // As the remote: ring 0 needs no doorbell for buffers that come back; one message, announced.
    check(host.used_flags(0) == 1 and host.used_flags(1) == 0 and host.used(1) == 0);
    check(host.used(0) == 1 and host.used_entry(0, 0).id == 0 and host.used_entry(0, 0).length == 56);
    check(host.holds_frame(buffer(0), 1024, 53, announcement_bytes("svc-x", 1024, 0)));
    check(shared.to_driver.rings(0) == 1);

    // Ring 1 is described when it is used. The same descriptor and buffer serve again.
    host.write_frame(buffer(4), 1024, 1024, 0, "hello"_payload);
    host.describe(1, 0, buffer(4), 512, 0, 1);
    host.offer(1, 0);
    (void)link.poll();
    check(log.message_count() == 1 and same(log.payload(0), "hello"_payload));
    check(link.at(0).peer() == rpmsg::address{1024});
    check(host.used(1) == 1 and host.used_entry(1, 0).id == 0);
    check(host.used_entry(1, 0).length == 512); // the host sends into what this says
    check(shared.to_driver.rings(1) == 0);      // it asked for no doorbell

    // Two are held and go back out of order; the binding of descriptors to buffers changes.
    host.write_frame(buffer(4), 1024, 1024, 0, "hold"_payload);
    host.describe(1, 0, buffer(4), 512, 0, 1);
    host.offer(1, 0);
    host.write_frame(buffer(5), 1024, 1024, 0, "hold"_payload);
    host.describe(1, 1, buffer(5), 512, 0, 0x8000);
    host.offer(1, 1);
    (void)link.poll();
    check(older and newer and host.used(1) == 1);
    newer.release();
    check(host.used(1) == 2 and host.used_entry(1, 1).id == 1 and host.used_entry(1, 1).length == 512);
    host.write_frame(buffer(6), 1024, 1024, 0, "swap"_payload);
    host.describe(1, 1, buffer(6), 512, 0, 3);
    host.offer(1, 1);
    (void)link.poll();
    check(same(log.payload(3), "swap"_payload) and same(older.payload(), "hold"_payload));
    older.release();
    check(host.used(1) == 4 and host.used_entry(1, 3).id == 0 and host.used_entry(1, 3).length == 512);

    // A message that is dropped goes back at full size too.
    host.write_frame(buffer(4), 1024, 9999, 0, "nobody"_payload);
    host.describe(1, 0, buffer(4), 512, 0, 1);
    host.offer(1, 0);
    (void)link.poll();
    check(host.used(1) == 5 and host.used_entry(1, 0).length == 512);
    check(link.counts()[counter::no_endpoint] == 1);
    return true;
}

constexpr auto a_starved_device_asks_for_a_doorbell() -> bool {
    auto shared = two_sides<config>{};
    auto host = raw_peer{shared};
    auto log = recorder{};
    auto link = channel{shared.device(), endpoints{endpoint<0x200, 0x30>(log.messages(), log.events())}};
    start_host(shared);
    check(link.start().has_value());
    (void)link.poll();
    for (std::uint32_t i = 0; i < 4; ++i) {
        check(link.at(0).send("x"_payload).has_value());
        check(host.used_entry(0, i).id == i);
    }
    check(host.used_flags(0) == 1);
    check(link.at(0).send("x"_payload).error() == rpmsg::error::no_buffer);
    check(link.is_pending());
    (void)link.poll();
    check(host.used_flags(0) == 0 and not link.is_pending());
    host.describe(0, 2, buffer(2), 512, 2, 0x8000);
    host.offer(0, 2);
    link.notify(0);
    (void)link.poll();
    check(host.used_flags(0) == 1 and log.count(event_kind::writable) == 1);
    check(link.at(0).send("x"_payload).has_value());
    check(host.used(0) == 5 and host.used_entry(0, 0).id == 2);
    return true;
}

constexpr auto a_reset_by_the_host_is_seen() -> bool {
    auto shared = two_sides<config>{};
    auto host = raw_peer{shared};
    auto log = recorder{};
    auto link = channel{shared.device(), endpoints{endpoint<"x">(log.messages(), log.events())}};
    start_host(shared);
    check(link.start().has_value());
    (void)link.poll();
    check(link.is_up() and host.used(0) == 1);
    shared.put(status_at, std::uint8_t{0x40});
    (void)link.poll();
    check(not link.is_up() and log.last(event_kind::link_down).reason == rpmsg::down_reason::peer_stopped);
    check(link.at(0).send("x"_payload).error() == rpmsg::error::closed);
    shared.memory.content = {};
    start_host(shared);
    (void)link.poll();
    check(link.is_up() and host.used(0) == 1 and host.used_flags(0) == 1);
    return true;
}

/// Without the reset the host clears the rings under a status of 4: the device's mark is gone.
constexpr auto a_host_that_starts_anew_in_silence_is_seen() -> bool {
    auto shared = two_sides<config>{};
    auto host = raw_peer{shared};
    auto log = recorder{};
    auto link = channel{shared.device(), endpoints{endpoint<"x">(log.messages(), log.events())}};
    start_host(shared);
    check(link.start().has_value());
    (void)link.poll();
    host.write_frame(buffer(4), 1024, 1024, 0, "x"_payload);
    host.describe(1, 0, buffer(4), 512, 0, 1);
    host.offer(1, 0);
    (void)link.poll();
    check(log.message_count() == 1);
    shared.memory.content = {};
    start_host(shared);
    (void)link.poll();
    check(not link.is_up() and log.last(event_kind::link_down).reason == rpmsg::down_reason::peer_restarted);
    (void)link.poll();
    check(link.is_up() and link.counts()[counter::bad_index] == 0);
    return true;
}

TEST_CASE("OpenAMP: our driver leaves the memory that a remote expects") {
    STATIC_REQUIRE(the_driver_leaves_what_a_remote_expects());
    CHECK(the_driver_leaves_what_a_remote_expects());
}

TEST_CASE("OpenAMP: announcements and messages pass between our driver and a remote") {
    STATIC_REQUIRE(messages_pass_between_the_driver_and_a_remote());
    CHECK(messages_pass_between_the_driver_and_a_remote());
}

TEST_CASE("OpenAMP: a remote that starts late is rung again for what waits in ring 1") {
    STATIC_REQUIRE(a_remote_that_starts_late_is_rung_for_what_waits());
    CHECK(a_remote_that_starts_late_is_rung_for_what_waits());
}

TEST_CASE("OpenAMP: our device serves a host, and gives buffers back at full size in any order") {
    STATIC_REQUIRE(the_device_serves_a_host());
    CHECK(the_device_serves_a_host());
}

TEST_CASE("OpenAMP: a device without buffers asks for a doorbell, and only then") {
    STATIC_REQUIRE(a_starved_device_asks_for_a_doorbell());
    CHECK(a_starved_device_asks_for_a_doorbell());
}

TEST_CASE("OpenAMP: a reset by the host is seen, and so is a silent restart") {
    STATIC_REQUIRE(a_reset_by_the_host_is_seen());
    STATIC_REQUIRE(a_host_that_starts_anew_in_silence_is_seen());
    CHECK(a_reset_by_the_host_is_seen());
    CHECK(a_host_that_starts_anew_in_silence_is_seen());
}

} // namespace
