#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart/reliable_link.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::down_reason;
using rpmsg::link_event;
using rpmsg::rx_outcome;

constexpr auto config = rpmsg::uart_config{.tx_buffers = 4,
                                           .rx_buffers = 4,
                                           .payload = 48,
                                           .profile = rpmsg::uart_profile::reliable,
                                           .connect_ticks = 100,
                                           .resend_ticks = 10,
                                           .most_resends = 3};
using wire = rpmsg::testing::line<1024>;
using stream = rpmsg::testing::line_end<wire>;
using end = rpmsg::detail::uart_reliable<config, stream>;

struct rig {
    wire there{};
    wire back{};
    rpmsg::uart_storage<config> storage_a{};
    rpmsg::uart_storage<config> storage_b{};
    end a{storage_a, stream{&there, &back}};
    end b{storage_b, stream{&back, &there}};
    rpmsg::ticks now{};

    constexpr rig() {
        a.identify(1);
        b.identify(2);
        check(a.start().has_value() and b.start().has_value());
    }
    constexpr auto poll(end& it, rpmsg::ticks passed = 0) -> rpmsg::link_change { return it.poll(now += passed); }
    constexpr auto connect() -> void {
        for (int i = 0; i < 3; ++i) {
            (void)poll(a);
            (void)poll(b);
        }
        check(a.is_up() and b.is_up());
    }
    static constexpr auto send(end& it, rpmsg::const_bytes payload) -> bool {
        auto const room = it.reserve();
        if (not room) {
            return false;
        }
        rpmsg::copy(payload, room.space);
        return it.commit(room, {.source = rpmsg::address{1}, .length = static_cast<std::uint16_t>(payload.size())});
    }
    /// Whether this is the next message, after some dropped ones at most; returns its buffer.
    static constexpr auto gets(end& it, rpmsg::const_bytes payload) -> bool {
        auto got = it.receive();
        for (int i = 0; i < 8 and got.outcome == rx_outcome::dropped; ++i) {
            got = it.receive();
        }
        auto const is_it = got.outcome == rx_outcome::message and same(got.payload, payload);
        it.release(got.token);
        return is_it;
    }
    static constexpr auto gets_nothing(end& it) -> bool {
        for (int i = 0; i < 8; ++i) {
            auto const outcome = it.receive().outcome;
            if (outcome != rx_outcome::dropped) {
                return outcome == rx_outcome::none;
            }
        }
        return false;
    }
};

constexpr auto a_lost_frame_comes_again_and_a_repeated_one_comes_once() -> bool {
    auto r = rig{};
    r.connect();
    check(r.send(r.a, "one"_payload));
    r.there.lose();
    check(r.send(r.a, "two"_payload) and r.gets_nothing(r.b)); // requests the first again
    (void)r.poll(r.a);
    check(r.gets(r.b, "one"_payload) and r.gets(r.b, "two"_payload) and r.gets_nothing(r.b));
    (void)r.poll(r.a);
    check(r.a.uart_counters().resent == 2 and r.b.uart_counters().repeated == 1);
    // The line repeats a whole frame, and an acknowledgement is lost.
    check(r.send(r.a, "three"_payload));
    auto frame = std::array<std::byte, 128>{};
    auto const size = r.there.copy_to(frame);
    r.there.inject(rpmsg::const_bytes{frame}.first(size));
    check(r.gets(r.b, "three"_payload) and r.gets_nothing(r.b) and r.b.uart_counters().repeated == 2);
    r.back.lose();
    (void)r.poll(r.a);
    (void)r.poll(r.a, 10);
    check(r.gets_nothing(r.b) and r.b.uart_counters().repeated == 3);
    (void)r.poll(r.a);
    check(r.a.next_deadline(r.now).is_set == false);
    return true;
}

constexpr auto a_peer_that_falls_silent_takes_the_link_down() -> bool {
    auto r = rig{};
    r.connect();
    check(r.send(r.a, "never"_payload) and r.send(r.a, "heard"_payload));
    (void)r.poll(r.a);
    for (auto const wait : {10u, 20u, 40u}) {
        check(r.poll(r.a, wait).event == link_event::none);
        r.there.lose();
    }
    auto const down = r.poll(r.a, 80);
    check(down.event == link_event::down and down.reason == down_reason::peer_stopped and down.unreturned == 2);
    check(r.poll(r.b).event == link_event::down); // receives the hello of the restarted end
    r.connect();
    check(r.gets_nothing(r.b) and r.send(r.a, "again"_payload) and r.gets(r.b, "again"_payload));
    return true;
}

constexpr auto a_peer_without_room_is_waited_for() -> bool {
    auto r = rig{};
    r.connect();
    rpmsg::rx_token held[4]{};
    for (auto& each : held) {
        check(r.send(r.a, "held"_payload));
        auto const got = r.b.receive();
        check(got.outcome == rx_outcome::message);
        each = got.token;
    }
    check(r.gets_nothing(r.b));
    (void)r.poll(r.a);
    check(r.send(r.a, "later"_payload) and r.there.under_way() == 0);
    for (int i = 0; i < 10; ++i) { // probes find no buffer, but are answered
        (void)r.poll(r.a, 200);
        (void)r.poll(r.b);
        check(r.a.is_up() and r.b.is_up());
    }
    check(r.b.uart_counters().no_buffer > 0 and r.gets_nothing(r.b));
    for (auto const& each : held) {
        r.b.release(each);
    }
    r.b.flush();
    (void)r.poll(r.a);
    check(r.gets(r.b, "later"_payload));
    return true;
}

constexpr auto a_frame_of_an_earlier_session_is_dropped() -> bool {
    auto r = rig{};
    r.connect();
    check(r.send(r.a, "old"_payload));
    auto frame = std::array<std::byte, 128>{};
    auto const size = r.there.copy_to(frame);
    check(r.gets(r.b, "old"_payload));
    r.b.close();
    check(r.poll(r.a).event == link_event::down and r.b.start().has_value());
    r.connect();
    r.there.inject(rpmsg::const_bytes{frame}.first(size)); // its sequence number is the next one again
    check(r.gets_nothing(r.b) and r.b.is_up());
    check(r.send(r.a, "new"_payload) and r.gets(r.b, "new"_payload));
    return true;
}

constexpr auto an_end_that_leaves_says_so() -> bool {
    auto r = rig{};
    r.connect();
    r.a.close();
    auto const down = r.poll(r.b);
    check(down.event == link_event::down and down.reason == down_reason::peer_stopped);
    check(not r.a.reserve() and not r.b.reserve());
    check(r.a.start().has_value());
    r.connect();
    return true;
}

constexpr auto a_peer_of_the_other_profile_is_named_once() -> bool {
    auto r = rig{};
    auto const calls = std::array{std::byte{}, std::byte{0x79}, std::byte{0x79}, std::byte{0x7e}, std::byte{0x79}};
    r.a.feed(calls);
    check(r.poll(r.a).reason == down_reason::incompatible);
    r.a.feed(calls);
    check(r.poll(r.a).event == link_event::none);
    r.connect();     // it was replaced
    r.a.feed(calls); // noise
    check(r.poll(r.a).event == link_event::none);
    r.b.close();
    check(r.poll(r.a).reason == down_reason::peer_stopped and r.poll(r.a).event == link_event::none);
    return true;
}

constexpr auto a_frame_after_a_silence_is_not_late() -> bool {
    auto r = rig{};
    r.connect();
    check(not r.a.next_deadline(r.now).is_set);
    check(r.send(r.a, "one"_payload)); // the next poll sets its time
    check(r.a.next_deadline(5000).at == 5001);
    (void)r.poll(r.a, 5000);
    check(r.a.uart_counters().resent == 0 and r.a.next_deadline(r.now).at == r.now + 10);
    check(r.gets(r.b, "one"_payload));
    check(r.a.next_deadline(r.now).is_set);
    r.back.lose();
    (void)r.poll(r.a, 10);
    check(r.a.uart_counters().resent == 1);
    return true;
}

constexpr auto a_line_that_echoes_is_no_peer() -> bool {
    auto line = wire{};
    auto storage = rpmsg::uart_storage<config>{};
    auto alone = end{storage, stream{&line, &line}};
    alone.identify(5);
    check(alone.start().has_value());
    for (rpmsg::ticks now = 0; now < 1000; now += 50) {
        check(alone.poll(now).event == link_event::none);
    }
    return true;
}

/// A message is lost and the clock jumps, for ever or for some ticks: it arrives within one retry. So does a hello.
constexpr auto a_clock_that_jumps_delays_by_one_retry() -> bool {
    for (auto const wrong_for : {0u, 9u}) {
        for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
            for (auto const by : {jump, 0u - jump}) {
                auto r = rig{};
                r.connect();
                check(r.send(r.a, "late"_payload));
                (void)r.poll(r.a, 1);
                r.there.lose();
                for (rpmsg::ticks passed = 0; passed < wrong_for; passed += 3) {
                    (void)r.a.poll(r.now + by + passed);
                    r.there.lose();
                }
                (void)r.poll(r.a, wrong_for > 0 ? wrong_for : by);
                auto const retry = 2 * config.resend_ticks; // the first repetition may have been too early
                auto const due = r.a.next_deadline(r.now);
                check(due.is_set and rpmsg::has_passed(due.at, r.now + retry) and r.a.is_up());
                (void)r.poll(r.a, retry);
                check(r.gets(r.b, "late"_payload) and r.a.is_up());
                for (int i = 0; i < 20; ++i) { // a clock that stands still
                    (void)r.poll(r.a);
                }
                check(r.a.is_up() and r.a.uart_counters().resent <= 2);
            }
        }
    }
    return true;
}
constexpr auto a_clock_that_jumps_delays_a_call_by_one_retry() -> bool {
    for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
        for (auto const by : {jump, 0u - jump}) {
            auto r = rig{};
            (void)r.poll(r.a, 7);
            r.there.lose();
            r.now += by;
            for (int i = 0; i < 2; ++i) { // before the next poll, and after it
                check(rpmsg::has_passed(r.a.next_deadline(r.now).at, r.now + config.connect_ticks));
                (void)r.poll(r.a);
                r.there.lose();
            }
            (void)r.poll(r.a, config.connect_ticks);
            check(r.there.under_way() > 0);
        }
    }
    return true;
}

/// Feeds an end with the stuffed frame of a hello.
constexpr auto feed_hello(end& to, rpmsg::wire::reliable_hello const& hello) -> void {
    auto frame = std::array<std::byte, sizeof(hello) + rpmsg::wire::reliable_check_size>{};
    rpmsg::store(frame, hello);
    auto const check_of = rpmsg::wire::crc<rpmsg::wire::crc32c>::of(rpmsg::const_bytes{frame}.first(sizeof(hello)));
    rpmsg::store(rpmsg::bytes{frame}.subspan(sizeof(hello)), check_of);
    auto stuffed = std::array<std::byte, 64>{};
    auto writer = rpmsg::wire::cobs_writer{};
    to.feed(rpmsg::const_bytes{stuffed}.first(writer.write(frame, stuffed)));
}
constexpr auto a_peer_without_room_for_an_announcement_is_refused() -> bool {
    for (auto const payload : {0, 1, 39}) {
        auto r = rig{};
        (void)r.poll(r.a);
        auto hello =
            rpmsg::wire::reliable_hello{.payload = static_cast<std::uint16_t>(payload), .window = 4, .id = 9, .heard = 0};
        for (int i = 0; i < 5; ++i) {
            hello.heard = i == 0 ? 0u : 1u; // it has received this end's hello
            feed_hello(r.a, hello);
            auto const change = r.poll(r.a);
            check((change.reason == down_reason::incompatible) == (i == 0) and not r.a.is_up());
        }
        check(r.a.mismatch() == rpmsg::config_mismatch::payload and not r.a.reserve());
        check(r.a.counts()[rpmsg::counter::bad_frame] == 5);
        check(rpmsg::has_passed(r.now + 1, r.a.next_deadline(r.now).at)); // no busy loop
        r.there.lose();
        r.connect(); // it was replaced
        check(r.a.mismatch() == rpmsg::config_mismatch::none);
    }
    return true;
}

/// The mismatch of the next peer is reported, too, and replaces the earlier one.
constexpr auto the_next_peer_is_refused_for_a_reason_of_its_own() -> bool {
    auto r = rig{};
    r.a.feed(std::array{std::byte{}, std::byte{0x79}, std::byte{0x79}, std::byte{0x7e}, std::byte{0x79}});
    check(r.poll(r.a).reason == down_reason::incompatible and r.a.mismatch() == rpmsg::config_mismatch::profile);
    feed_hello(r.a, {.payload = 1, .window = 4, .id = 9, .heard = 0});
    check(r.poll(r.a).reason == down_reason::incompatible and r.a.mismatch() == rpmsg::config_mismatch::payload);
    check(r.poll(r.a).event == link_event::none and r.a.mismatch() == rpmsg::config_mismatch::payload);
    return true;
}

constexpr auto a_closed_end_sends_nothing() -> bool {
    auto r = rig{};
    r.a.close(); // before its first hello was sent
    check(r.poll(r.a, 500).event == link_event::none and r.there.under_way() == 0 and not r.a.next_deadline(r.now).is_set);
    check(r.a.start().has_value());
    r.connect();
    // The line is full: the goodbye is sent later, after the frame that has begun.
    r.there.pace(1);
    check(r.send(r.a, "begun"_payload) and r.send(r.a, "never"_payload));
    r.a.close();
    check(r.a.next_deadline(r.now).is_set);
    r.there.pace(0);
    (void)r.poll(r.a);
    check(not r.a.next_deadline(r.now).is_set and r.a.uart_counters().resent == 0);
    (void)r.poll(r.b);
    check(r.gets(r.b, "begun"_payload) and r.b.receive().outcome == rx_outcome::ended);
    return r.poll(r.b).reason == down_reason::peer_stopped;
}
/// A peer that has left already receives no goodbye.
constexpr auto a_line_that_is_down_is_told_nothing() -> bool {
    auto r = rig{};
    r.connect();
    check(r.send(r.b, "last words"_payload));
    r.b.close();
    check(r.poll(r.a).event == link_event::none and r.a.is_up()); // a message waits
    r.there.lose();
    r.a.close();
    (void)r.poll(r.a);
    return r.there.under_way() == 0;
}

/// A short frame is processed before an earlier data frame, whose window is then out of date.
constexpr auto an_older_window_stops_nobody() -> bool {
    auto r = rig{};
    r.connect();
    auto held = std::array<rpmsg::rx_token, 4>{};
    for (auto& each : held) {
        check(r.send(r.a, "held"_payload));
        auto const got = r.b.receive();
        check(got.outcome == rx_outcome::message);
        each = got.token;
    }
    check(r.send(r.b, "no room"_payload)); // announces a window of 0
    for (auto const& each : held) {
        r.b.release(each);
    }
    r.b.flush(); // announces free buffers again
    (void)r.poll(r.a);
    check(r.gets(r.a, "no room"_payload));
    check(r.send(r.a, "at once"_payload) and r.gets(r.b, "at once"_payload));
    return true;
}

} // namespace

TEST_CASE("A clock that jumps delays what goes again, and calls, by one retry") {
    CHECK(a_clock_that_jumps_delays_by_one_retry());
    CHECK(a_clock_that_jumps_delays_a_call_by_one_retry());
}

TEST_CASE("A peer whose buffers are too small for an announcement is refused, counted and reported, without a busy loop") {
    CHECK(a_peer_without_room_for_an_announcement_is_refused());
}

TEST_CASE("A reliable end that was closed sends nothing but its goodbye") {
    CHECK(a_closed_end_sends_nothing());
    CHECK(a_line_that_is_down_is_told_nothing());
}

TEST_CASE("An older window stops nobody") { CHECK(an_older_window_stops_nobody()); }

TEST_CASE("A lost frame comes again, a repeated one comes once") {
    STATIC_REQUIRE(a_lost_frame_comes_again_and_a_repeated_one_comes_once());
    CHECK(a_lost_frame_comes_again_and_a_repeated_one_comes_once());
}

TEST_CASE("A peer that falls silent takes the link down, and what it did not acknowledge is counted") {
    CHECK(a_peer_that_falls_silent_takes_the_link_down());
}

TEST_CASE("A peer without room is waited for, and is no silent one") { CHECK(a_peer_without_room_is_waited_for()); }

TEST_CASE("A frame of an earlier session is dropped, though its number is the next one") {
    CHECK(a_frame_of_an_earlier_session_is_dropped());
}

TEST_CASE("An end that leaves says so") { CHECK(an_end_that_leaves_says_so()); }

TEST_CASE("A peer of the other profile is named once, and may be replaced") {
    CHECK(a_peer_of_the_other_profile_is_named_once());
}

TEST_CASE("A frame that is sent after a silence is as young as any") { CHECK(a_frame_after_a_silence_is_not_late()); }

TEST_CASE("A line that echoes is no peer") { CHECK(a_line_that_echoes_is_no_peer()); }

TEST_CASE("A peer of the other profile that is replaced by one without room is refused for that") {
    CHECK(the_next_peer_is_refused_for_a_reason_of_its_own());
}

TEST_CASE("An end that was started is looked after at the next tick, though nobody has polled it yet") {
    auto r = rig{};
    CHECK(r.a.next_deadline(7).is_set);
    CHECK(r.a.next_deadline(7).at == 8);
}

TEST_CASE("Room that was lent over a reliable line and not used is lent again") {
    auto r = rig{};
    r.connect();
    for (auto i = 0; i < 3; ++i) {
        auto rooms = std::array<rpmsg::tx_buffer, config.tx_buffers>{};
        for (auto& room : rooms) {
            room = r.a.reserve();
            REQUIRE(room);
        }
        CHECK_FALSE(r.a.writable());
        for (auto const& room : rooms) {
            r.a.discard(room);
        }
        CHECK(r.a.writable());
    }
}

TEST_CASE("An end whose hello was lost sends it again after a while, and not before") {
    auto r = rig{};
    (void)r.poll(r.a);
    for (auto i = 0; i < 3; ++i) {
        CHECK(r.there.under_way() > 0);
        r.there.lose();
        (void)r.poll(r.a, config.connect_ticks - 1);
        CHECK(r.there.under_way() == 0);
        (void)r.poll(r.a, 1);
    }
}
