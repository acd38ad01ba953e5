#include <rpmsg/transport/uart/nuttx_link.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "uart/raw_peer.hpp"

namespace {

using rpmsg::counter;
using rpmsg::down_reason;
using rpmsg::link_event;
using rpmsg::rx_outcome;

constexpr auto config = rpmsg::uart_config{.tx_buffers = 2, .rx_buffers = 2, .payload = 40};

struct sleepy {
    static constexpr bool wakes_peer = true;
    int* awake;
    constexpr auto stay_awake() -> void { ++*awake; }
    constexpr auto relax() -> void { --*awake; }
};

constexpr auto a_connection_is_asked_for_until_it_is_answered() -> bool {
    auto peer = raw_peer<config>{};
    check(peer.poll().event == link_event::none and peer.heard({}) and not peer.end.reserve());
    check(peer.end.start().has_value() and peer.poll().event == link_event::none and peer.heard({0x7e}));
    check(peer.poll(999).event == link_event::none and peer.heard({}));
    check(peer.end.next_deadline(peer.now).at == 1000 and peer.end.next_deadline(peer.now).is_set);
    check(peer.poll(1).event == link_event::none and peer.heard({0x7e}));
    peer.say({0x7d});
    check(peer.poll().event == link_event::up and peer.heard({}) and peer.end.is_up());
    peer.say({0x7d}); // once more: ignored
    check(peer.poll(2000).event == link_event::none and peer.heard({}) and not peer.end.next_deadline(peer.now).is_set);
    return true;
}

constexpr auto a_peer_that_connects_again_takes_the_link_down_and_up() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.sent.pace(1);
    check(peer.send("lost"_payload) and peer.send("lost too"_payload) and not peer.end.reserve());
    peer.say({0x7e});
    check(peer.end.receive().outcome == rx_outcome::ended);
    auto const down = peer.poll();
    check(down.event == link_event::down and down.reason == down_reason::peer_restarted and down.unreturned == 2);
    check(peer.end.counts()[counter::link_down] == 1 and peer.end.counts()[counter::lost_in_flight] == 2);
    peer.sent.pace(0);
    peer.sent.lose();
    check(peer.poll().event == link_event::up and peer.heard({0x7d}));
    check(peer.send("new"_payload));
    return true;
}

constexpr auto sleep_is_answered_at_once_and_told_to_the_policy() -> bool {
    auto awake = 0;
    auto peer = raw_peer<config, sleepy>{sleepy{&awake}};
    check(peer.end.start().has_value() and peer.poll().event == link_event::none and peer.heard({0x79}));
    check(peer.poll(99).event == link_event::none and peer.heard({}));
    (void)peer.poll(1);
    check(peer.heard({0x79})); // again
    peer.say({0x74});          // the reply to the other call: ignored
    (void)peer.poll();
    check(peer.heard({}));
    peer.say({0x78});
    (void)peer.poll();
    check(peer.heard({0x7e, 0x77}));
    peer.say({0x7d, 0x79, 0x75});
    check(peer.poll().event == link_event::up and peer.heard({0x78, 0x74}) and awake == 1);
    peer.say({0x77});
    (void)peer.poll();
    check(awake == 0);
    check(peer.send("hi"_payload) and peer.heard({0x75}));
    peer.say({0x78}); // reply to the call before
    (void)peer.poll(5);
    check(peer.heard({}));
    peer.say({0x74});
    (void)peer.poll();
    auto got = std::array<std::byte, 64>{};
    auto const count = peer.sent.read(got);
    check(count > 28 and got[0] == std::byte{0x7f} and got[count - 2] == std::byte{0x70} and got[count - 1] == std::byte{0x77});
    return true;
}

constexpr auto a_peer_that_powers_off_takes_the_link_down() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.say({0x76});
    check(peer.poll().reason == down_reason::peer_stopped and not peer.end.is_up());
    peer.say({0x7e});
    check(peer.poll().event == link_event::up and peer.heard({0x7d}));
    peer.end.close();
    check(peer.heard({0x76}) and peer.poll(5000).event == link_event::none and not peer.end.reserve());
    peer.say({0x79});
    (void)peer.poll();
    check(peer.heard({}));
    return true;
}

constexpr auto a_peer_of_the_reliable_profile_is_refused() -> bool {
    auto peer = raw_peer<config>{};
    check(peer.end.start().has_value());
    (void)peer.poll();
    peer.say({0, 8, 'R', 'P', 'M', '1'});
    auto const refused = peer.poll();
    check(refused.event == link_event::refused and refused.reason == down_reason::incompatible);
    peer.say({0x7e});
    check(peer.poll(5000).event == link_event::none and not peer.end.is_up());
    check(peer.end.start().has_value() and peer.poll().event == link_event::up);
    return true;
}

/// The bytes of an announcement, as NuttX writes them.
constexpr auto announce(auto& peer, rpmsg::const_bytes name) -> void {
    auto frame = std::array<std::byte, 64>{};
    rpmsg::store(frame, rpmsg::wire::port_header{.length = 64});
    rpmsg::store(rpmsg::bytes{frame}.subspan(8),
                 rpmsg::wire::header{.source = rpmsg::address{1024}, .destination = rpmsg::address{53}, .length = 40});
    rpmsg::copy(name, rpmsg::bytes{frame}.subspan(24));
    rpmsg::wire::seal<rpmsg::wire::crc<config.dialect.check>>(rpmsg::bytes{frame});
    auto stuffed = std::array<std::byte, 140>{};
    auto writer = rpmsg::wire::uart_writer<config.dialect>{};
    peer.end.feed(rpmsg::const_bytes{stuffed}.first(writer.write(frame, stuffed)));
}

constexpr auto a_service_may_be_named_like_a_hello() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    for (auto const name : {"eRPM1"_payload, "rPM1"_payload}) {
        announce(peer, name);
        check(peer.poll().event == link_event::none and peer.end.receive().outcome == rx_outcome::message);
    }
    return true;
}

constexpr auto what_was_said_of_an_earlier_connection_is_not_heard() -> bool {
    auto peer = raw_peer<config>{};
    check(peer.end.start().has_value() and peer.poll().event == link_event::none and peer.heard({0x7e}));
    peer.say({0x76, 0x7e});
    check(peer.poll().event == link_event::up and peer.heard({0x7d}) and peer.poll().event == link_event::none and
          peer.end.is_up());
    auto again = raw_peer<config>{};
    check(again.end.start().has_value() and again.poll().event == link_event::none and again.heard({0x7e}));
    again.end.close();
    again.say({0x7d});
    check(again.poll().event == link_event::none and again.end.start().has_value());
    check(again.poll().event == link_event::none and again.heard({0x7e}));
    again.say({0x7d});
    check(again.poll().event == link_event::up);
    return true;
}

constexpr auto a_code_is_looked_at_soon() -> bool {
    auto peer = raw_peer<config>{};
    check(peer.end.start().has_value() and peer.poll().event == link_event::none and peer.heard({0x7e}));
    peer.say({0x7d}); // a code that `receive` may read
    check(peer.end.next_deadline(5).is_set and peer.end.next_deadline(5).at == 6);
    check(peer.poll().event == link_event::up and not peer.end.next_deadline(5).is_set);
    peer.say({0x79});
    check(peer.end.next_deadline(5).is_set);
    (void)peer.poll();
    check(peer.heard({0x78}) and not peer.end.next_deadline(5).is_set);
    return true;
}

constexpr auto a_pause_is_told() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.end.suspend(true);
    check(peer.heard({0x7b}) and not peer.end.is_peer_suspended());
    peer.end.suspend(false);
    peer.say({0x7b});
    check(peer.heard({0x7a}) and peer.end.is_peer_suspended());
    return true;
}

constexpr auto loans_and_buffers_go_back_once() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    auto const one = peer.end.reserve();
    auto const two = peer.end.reserve();
    check(one.space.size() == 40 and static_cast<bool>(two) and not peer.end.reserve() and not peer.end.writable());
    peer.end.discard(one);
    check(peer.end.writable());
    check(peer.end.commit(two, {.length = 1}));
    peer.end.release({.id = 0});
    check(peer.end.counts()[counter::stale_loan] == 1);
    return true;
}

/// A clock that jumps, for ever or for some ticks, delays a call of the peer by one retry at most.
constexpr auto a_clock_that_jumps_delays_a_call_by_one_retry() -> bool {
    for (auto const wrong_for : {0u, 10u}) {
        for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
            for (auto const by : {jump, 0u - jump}) {
                auto peer = raw_peer<config>{};
                check(peer.end.start().has_value() and peer.poll(7).event == link_event::none and peer.heard({0x7e}));
                for (rpmsg::ticks passed = 0; passed < wrong_for; passed += 5) {
                    (void)peer.end.poll(peer.now + by + passed);
                    peer.sent.lose();
                }
                peer.now += wrong_for > 0 ? wrong_for : by;
                for (int i = 0; i < 2; ++i) { // before the next poll, and after it
                    auto const due = peer.end.next_deadline(peer.now);
                    check(due.is_set and rpmsg::has_passed(due.at, peer.now + config.connect_ticks));
                    (void)peer.poll();
                    peer.sent.lose();
                }
                (void)peer.poll(config.connect_ticks);
                check(peer.heard({0x7e}));
                for (int i = 0; i < 5; ++i) { // a clock that stands still
                    (void)peer.poll();
                }
                check(peer.heard({}) and not rpmsg::has_passed(peer.end.next_deadline(peer.now).at, peer.now));
            }
        }
    }
    return true;
}

/// The first frame of a peer without a check is refused with a reason; a damaged frame is only dropped.
constexpr auto a_peer_without_a_check_is_refused_in_words() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.say_frame("damaged"_payload, 0x1234);
    check(peer.poll().event == link_event::none and peer.end.receive().outcome == rx_outcome::dropped and peer.end.is_up());
    peer.say_frame("no check"_payload, 0);
    peer.say_frame("nor here"_payload, 0);
    check(peer.poll().event == link_event::none and peer.end.receive().outcome == rx_outcome::dropped);
    check(peer.end.receive().outcome == rx_outcome::ended);
    auto const down = peer.poll();
    check(down.event == link_event::down and down.reason == down_reason::incompatible and peer.heard({0x76}));
    check(peer.end.mismatch() == rpmsg::config_mismatch::no_check and peer.end.uart_counters().bad_check == 2);
    peer.say({0x79, 0x7e});
    check(peer.poll(5000).event == link_event::none and peer.heard({}) and not peer.end.next_deadline(peer.now).is_set);
    check(peer.end.start().has_value() and peer.poll().event == link_event::up and
          peer.end.mismatch() == rpmsg::config_mismatch{});
    auto other = raw_peer<config>{};
    other.connect();
    other.say_frame("sound"_payload);
    check(other.end.receive().outcome == rx_outcome::message);
    other.say_frame("noise"_payload, 0);
    check(other.end.receive().outcome == rx_outcome::dropped and other.end.receive().outcome == rx_outcome::none);
    return other.poll().event == link_event::none;
}

constexpr auto a_call_that_was_followed_by_a_goodbye_is_void() -> bool {
    auto peer = raw_peer<config>{};
    check(peer.end.start().has_value() and peer.poll().event == link_event::none and peer.heard({0x7e}));
    peer.say({0x7e, 0x76});
    check(peer.poll().event == link_event::none and peer.heard({}) and not peer.end.is_up());
    peer.say({0x7d}); // the reply to the call announces the peer
    check(peer.poll().event == link_event::up);
    peer.say({0x7e, 0x76});
    check(peer.poll().reason == down_reason::peer_stopped and peer.poll().event == link_event::none and peer.heard({}));
    return true;
}

constexpr auto what_comes_behind_a_call_is_of_the_next_connection() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.say_frame("old"_payload);
    peer.say({0x7e});
    peer.say_frame("new"_payload);
    check(peer.poll().event == link_event::none);
    auto const old = peer.end.receive();
    check(old.outcome == rx_outcome::message and same(old.payload, "old"_payload));
    check(peer.end.receive().outcome == rx_outcome::ended and peer.poll().event == link_event::down);
    check(peer.poll().event == link_event::up and peer.heard({0x7d}));
    auto const got = peer.end.receive();
    check(got.outcome == rx_outcome::message and same(got.payload, "new"_payload));
    return true;
}

constexpr auto openvela =
    rpmsg::uart_config{.tx_buffers = 2, .rx_buffers = 2, .payload = 40, .dialect = rpmsg::wire::uart_dialects::openvela};

constexpr auto a_closed_end_sends_nothing() -> bool {
    auto peer = raw_peer<config>{};
    peer.block();
    peer.say({0x79});
    check(peer.end.start().has_value() and peer.poll().event == link_event::none);
    (void)peer.poll(config.connect_ticks); // a reply waits for the line, and a call after it
    peer.end.close();
    peer.sent.pace(0);
    check(peer.poll(5000).event == link_event::none and peer.heard({}));
    peer.end.suspend(true);
    peer.end.close();
    check(peer.heard({}) and not peer.end.next_deadline(peer.now).is_set);
    // Of the codes that wait for the line only the goodbye is sent.
    peer.connect();
    peer.block();
    check(peer.send("cut"_payload));
    peer.end.close();
    check(peer.end.next_deadline(peer.now).is_set);
    peer.sent.pace(0);
    (void)peer.poll();
    check(peer.heard({0x76}) and not peer.end.next_deadline(peer.now).is_set);
    auto silent = raw_peer<openvela>{};
    silent.connect();
    silent.block();
    check(silent.send("cut"_payload) and silent.send("never begun"_payload));
    silent.end.close();
    silent.sent.pace(0);
    (void)silent.poll();
    check(silent.heard({}));
    return true;
}
constexpr auto a_goodbye_goes_before_a_new_call_and_an_answer_replaces_one() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.block();
    check(peer.send("x"_payload));
    peer.end.close();
    check(peer.end.start().has_value());
    peer.sent.pace(0);
    (void)peer.poll();
    check(peer.heard({0x76, 0x7e})); // in this order
    peer.block();
    peer.say({0x79});
    (void)peer.poll();     // the reply waits for the line
    (void)peer.poll(1000); // and after it another call
    peer.say({0x7d});
    check(peer.poll().event == link_event::up);
    peer.sent.pace(0);
    (void)peer.poll();
    return peer.heard({0x78});
}
/// A peer that has left already receives no goodbye.
constexpr auto a_line_that_is_down_is_told_nothing() -> bool {
    for (auto const end : {0x76, 0x7e}) {
        auto peer = raw_peer<config>{};
        peer.connect();
        peer.say({end});
        peer.end.close();
        check(peer.heard({}));
        (void)peer.poll();
        check(peer.heard({}));
    }
    return true;
}

constexpr auto a_sleeping_peer_is_woken_to_hear_the_end() -> bool {
    auto awake = 0;
    auto peer = raw_peer<config, sleepy>{sleepy{&awake}};
    peer.connect();
    peer.say({0x78});
    (void)peer.poll();
    peer.sent.lose();
    peer.end.close();
    check(peer.heard({0x75}) and peer.end.next_deadline(peer.now).is_set);
    (void)peer.poll(config.wake_ticks);
    check(peer.heard({0x75}));
    peer.say({0x74});
    (void)peer.poll();
    check(peer.heard({0x77, 0x76}) and not peer.end.next_deadline(peer.now).is_set);
    // The reply to a call from before a restart wakes no peer.
    check(peer.end.start().has_value() and peer.poll(1000).event == link_event::none and peer.heard({0x79}));
    peer.end.close();
    peer.say({0x78});
    check(peer.end.start().has_value() and peer.poll().event == link_event::none and peer.heard({0x79}));
    return true;
}
/// A peer that does not wake is called a few times more.
constexpr auto a_deaf_peer_is_left_in_the_end() -> bool {
    auto awake = 0;
    auto peer = raw_peer<config, sleepy>{sleepy{&awake}};
    peer.connect();
    peer.end.close();
    auto calls = 0;
    for (int i = 0; i < 20; ++i) {
        calls += peer.heard({}) ? 0 : 1;
        (void)peer.poll(config.wake_ticks);
    }
    check(calls >= 5 and calls <= 12);
    return peer.heard({}) and not peer.end.next_deadline(peer.now).is_set;
}

constexpr auto the_last_word_about_a_pause_counts() -> bool {
    auto peer = raw_peer<config>{};
    peer.connect();
    peer.block();
    peer.say({0x79});
    (void)peer.poll(); // its answer waits for the line
    peer.end.suspend(false);
    peer.end.suspend(true);
    peer.sent.pace(0);
    (void)peer.poll();
    check(peer.heard({0x78, 0x7b}));
    peer.say({0x7b});
    check(peer.end.is_peer_suspended());
    peer.say({0x7e}); // restarted: it runs
    check(not peer.end.is_peer_suspended());
    return true;
}

} // namespace

TEST_CASE("A clock that jumps delays a call by one retry, and one that stands still repeats none") {
    CHECK(a_clock_that_jumps_delays_a_call_by_one_retry());
}

TEST_CASE("A peer without a check is refused in words, where one is required") {
    STATIC_REQUIRE(a_peer_without_a_check_is_refused_in_words());
}

TEST_CASE("A call that was followed by a goodbye is void") { STATIC_REQUIRE(a_call_that_was_followed_by_a_goodbye_is_void()); }

TEST_CASE("What comes behind a call is of the next connection") {
    STATIC_REQUIRE(what_comes_behind_a_call_is_of_the_next_connection());
}

TEST_CASE("An end that was closed sends nothing but its goodbye") {
    STATIC_REQUIRE(a_closed_end_sends_nothing());
    STATIC_REQUIRE(a_line_that_is_down_is_told_nothing());
}

TEST_CASE("A new call follows a goodbye that has not gone, and an answer replaces the call") {
    STATIC_REQUIRE(a_goodbye_goes_before_a_new_call_and_an_answer_replaces_one());
}

TEST_CASE("A sleeping peer is woken to receive the end, and left when it does not wake") {
    STATIC_REQUIRE(a_sleeping_peer_is_woken_to_hear_the_end());
    STATIC_REQUIRE(a_deaf_peer_is_left_in_the_end());
}

TEST_CASE("The last word about a pause counts, and a new connection begins without one") {
    STATIC_REQUIRE(the_last_word_about_a_pause_counts());
}

TEST_CASE("A connection is asked for until it is answered") {
    STATIC_REQUIRE(a_connection_is_asked_for_until_it_is_answered());
    CHECK(a_connection_is_asked_for_until_it_is_answered());
}

TEST_CASE("A peer that connects again takes the link down and up, and what was not sent is counted") {
    STATIC_REQUIRE(a_peer_that_connects_again_takes_the_link_down_and_up());
    CHECK(a_peer_that_connects_again_takes_the_link_down_and_up());
}

TEST_CASE("The peer is woken before a burst and may sleep after it; its own calls are answered at once") {
    STATIC_REQUIRE(sleep_is_answered_at_once_and_told_to_the_policy());
    CHECK(sleep_is_answered_at_once_and_told_to_the_policy());
}

TEST_CASE("A peer that powers off takes the link down, and so does this end for the peer") {
    STATIC_REQUIRE(a_peer_that_powers_off_takes_the_link_down());
}

TEST_CASE("A peer of the reliable profile is an error that says so, until this end is started again") {
    STATIC_REQUIRE(a_peer_of_the_reliable_profile_is_refused());
}

TEST_CASE("A service may be named like the hello of the reliable profile") {
    STATIC_REQUIRE(a_service_may_be_named_like_a_hello());
}

TEST_CASE("Codes of an earlier connection are ignored") {
    STATIC_REQUIRE(what_was_said_of_an_earlier_connection_is_not_heard());
}

TEST_CASE("A code that came outside of a poll is looked at soon") { STATIC_REQUIRE(a_code_is_looked_at_soon()); }

TEST_CASE("A pause is reported to the other end") { STATIC_REQUIRE(a_pause_is_told()); }

TEST_CASE("Loans and buffers go back once") { STATIC_REQUIRE(loans_and_buffers_go_back_once()); }

TEST_CASE("A hello of the reliable profile that a closed end receives refuses no later peer") {
    auto peer = raw_peer<config>{};
    peer.say({0x00, 0x05, 'R', 'P', 'M', '1'});
    CHECK(peer.poll().event == link_event::none);
    REQUIRE(peer.end.start());
    CHECK(peer.poll().event == link_event::none);
    CHECK(peer.heard({0x7e}));
    CHECK(peer.end.mismatch() == rpmsg::config_mismatch::none);
}
