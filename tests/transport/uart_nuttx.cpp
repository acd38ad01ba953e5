#include <rpmsg/transport/uart_nuttx.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "uart/raw_peer.hpp"

namespace {

using rpmsg::down_reason;
using rpmsg::event_count;
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
    check(peer.end.counts()[event_count::link_down] == 1 and peer.end.counts()[event_count::lost_in_flight] == 2);
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
    peer.say({0x74});          // the answer to the other call: ignored
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
    peer.say({0x78}); // of the call before
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
    check(refused.event == link_event::down and refused.reason == down_reason::incompatible);
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
    check(peer.poll().event == link_event::up and peer.heard({0x7d}) and peer.poll().event == link_event::none and peer.end.is_up());
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
    peer.say({0x7d}); // as `receive` may come upon it
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
    check(peer.end.counts()[event_count::stale_loan] == 1);
    return true;
}

} // namespace

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

TEST_CASE("What was said of an earlier connection is not heard") {
    STATIC_REQUIRE(what_was_said_of_an_earlier_connection_is_not_heard());
}

TEST_CASE("A code that came outside of a poll is looked at soon") { STATIC_REQUIRE(a_code_is_looked_at_soon()); }

TEST_CASE("A pause is told to the other end") { STATIC_REQUIRE(a_pause_is_told()); }

TEST_CASE("Loans and buffers go back once") { STATIC_REQUIRE(loans_and_buffers_go_back_once()); }
