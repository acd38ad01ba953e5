#include <rpmsg/transport/spi/session.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>

namespace {
using rpmsg::down_reason;
using rpmsg::detail::spi_session;
using state = spi_session::state;
using command = rpmsg::wire::spi_command;

constexpr auto connected() -> spi_session {
    auto session = spi_session{};
    session.start();
    session.exchange(command::connect, command::connect);
    session.exchange(command::available, command::data);
    return session;
}

constexpr auto both_connect_in_two_transfers() -> bool {
    auto session = spi_session{};
    check(not session.is_talking() and not session.wants_transfer());
    session.start();
    check(session.next() == command::connect and session.wants_transfer());
    session.exchange(command::connect, command::available);
    session.exchange(command::connect, command::none);
    check(session.current() == state::unconnected);
    session.exchange(command::connect, command::connect);
    check(session.next() == command::available and session.wants_transfer() and not session.is_connected());
    session.exchange(command::available, command::available);
    check(session.is_connected() and not session.wants_transfer());
    return true;
}
constexpr auto a_peer_that_missed_our_connect_hears_it_again() -> bool {
    auto session = spi_session{};
    session.start();
    session.exchange(command::connect, command::connect);
    session.exchange(command::available, command::connect);
    check(session.next() == command::connect and session.current() == state::connecting);
    session.exchange(command::connect, command::connect); // both commands crossed: this side's was not missed
    check(session.next() == command::available);
    session.exchange(command::available, command::available);
    check(session.is_connected());
    return true;
}
constexpr auto a_connect_on_a_link_is_a_restart() -> bool {
    auto session = connected();
    session.exchange(command::data, command::connect);
    check(session.is_ending() and session.reason() == down_reason::peer_restarted and not session.is_talking());
    session.exchange(command::available, command::connect);
    check(session.current() == state::reconnecting);
    session.settle();
    check(session.next() == command::connect and session.wants_transfer());
    return true;
}
constexpr auto after_a_shutdown_it_is_the_peers_turn() -> bool {
    auto session = connected();
    session.exchange(command::data, command::shutdown);
    check(session.is_ending() and session.reason() == down_reason::peer_stopped);
    session.settle();
    check(not session.wants_transfer() and session.next() == command::connect);
    session.exchange(command::connect, command::connect);
    check(session.wants_transfer());
    return true;
}
constexpr auto closing_says_so_where_the_peer_believes_in_a_link() -> bool {
    auto session = connected();
    session.close(true);
    check(session.next() == command::shutdown and session.wants_transfer());
    session.exchange(command::shutdown, command::none);
    check(session.current() == state::closing);
    session.exchange(command::shutdown, command::data);
    check(session.current() == state::closed);
    session = connected();
    session.close(false);
    check(session.current() == state::closed);
    session.start();
    session.close(true);
    check(session.current() == state::closed);
    return true;
}
constexpr auto who_yields_is_silent_after_a_call_that_missed() -> bool {
    for (auto const answer : {command::available, command::data, command::shutdown}) {
        auto session = spi_session{};
        session.start();
        session.exchange(command::connect, command::none, true);
        check(session.next() == command::connect); // that was no reply
        session.exchange(command::connect, answer, true);
        for (auto const heard : {command::available, command::none, command::available}) {
            check(session.next() == command::available and session.wants_transfer());
            session.exchange(command::available, heard, true);
        }
        check(session.next() == command::connect);
        session.exchange(command::connect, answer, true);
        session.exchange(command::available, command::connect, true); // the peer's connect is still received
        check(session.current() == state::connecting);
        session.exchange(command::available, command::connect, true);
        check(session.next() == command::connect); // and this side's is sent again
        session.exchange(command::connect, command::available, true);
        check(session.is_connected());
    }
    return true;
}
constexpr auto a_link_that_is_given_up_begins_again() -> bool {
    auto session = connected();
    session.give_up();
    check(session.is_ending() and session.reason() == down_reason::broken);
    session.settle();
    check(session.wants_transfer());
    session = connected();
    session.close(true);
    session.give_up();
    check(session.current() == state::closed);
    return true;
}

/// Two sessions with transfers in which each frame may be lost.
struct two {
    std::array<spi_session, 2> sides{};

    constexpr auto transfer(bool is_lost, bool is_lost_back) -> void {
        for (auto& side : sides) {
            if (side.is_ending()) {
                side.settle();
            }
        }
        if (not sides[0].is_talking() or not sides[1].is_talking()) {
            return;
        }
        auto const first = sides[0].next();
        auto const second = sides[1].next();
        sides[1].exchange(second, is_lost ? command::none : first);
        sides[0].exchange(first, is_lost_back ? command::none : second);
    }
    constexpr auto act(unsigned what) -> void {
        switch (what) {
        case 4:
        case 5: sides[what - 4].start(); break; // a restart, or a start after a close
        case 6:
        case 7: sides[what - 6].close(true); break;
        default: transfer((what & 1) != 0, (what & 2) != 0); break;
        }
    }
};

/// Plays every sequence of `events` events: transfers with either frame lost, restarts, closes. Returns the largest number of
/// error-free transfers afterwards until both sides stay connected.
constexpr auto slowest_convergence(unsigned events) -> unsigned {
    auto worst = 0u;
    auto sequences = 1u << (3 * events);
    for (auto sequence = 0u; sequence < sequences; ++sequence) {
        auto pair = two{};
        for (auto i = 0u; i < events; ++i) {
            pair.act((sequence >> (3 * i)) & 7);
        }
        for (auto& side : pair.sides) {
            if (side.current() == state::closed or side.current() == state::closing) {
                side.start();
            }
        }
        auto needed = 0u;
        for (auto n = 1u; n <= 12; ++n) {
            pair.transfer(false, false);
            if (not pair.sides[0].is_connected() or not pair.sides[1].is_connected()) {
                needed = n + 1;
            }
        }
        worst = needed > worst ? needed : worst;
    }
    return worst;
}
/// Number of times that lost frames alone take a link down.
constexpr auto resets_by_loss(unsigned transfers) -> unsigned {
    auto resets = 0u;
    for (auto sequence = 0u; sequence < 1u << (2 * transfers); ++sequence) {
        auto pair = two{};
        pair.sides[0].start();
        pair.sides[1].start();
        for (auto i = 0u; i < transfers; ++i) {
            pair.act((sequence >> (2 * i)) & 3);
            resets += pair.sides[0].is_ending() or pair.sides[1].is_ending() ? 1u : 0u;
        }
    }
    return resets;
}
} // namespace

TEST_CASE("a controller of NuttX's peripheral is silent for three transfers after a call that missed") {
    STATIC_REQUIRE(who_yields_is_silent_after_a_call_that_missed());
}

TEST_CASE("two sides that offer to connect are connected after two transfers") {
    STATIC_REQUIRE(both_connect_in_two_transfers());
}

TEST_CASE("a connect that the peer missed is sent again, and no other") {
    STATIC_REQUIRE(a_peer_that_missed_our_connect_hears_it_again());
}

TEST_CASE("a connect on a link that is up is a restart of the peer") { STATIC_REQUIRE(a_connect_on_a_link_is_a_restart()); }

TEST_CASE("after a shutdown it is the peer's turn to connect") { STATIC_REQUIRE(after_a_shutdown_it_is_the_peers_turn()); }

TEST_CASE("a close is sent to a connected peer until it is received") {
    STATIC_REQUIRE(closing_says_so_where_the_peer_believes_in_a_link());
}

TEST_CASE("a link that is given up begins again") { STATIC_REQUIRE(a_link_that_is_given_up_begins_again()); }

TEST_CASE("whatever is lost, restarted and closed in whatever order, some sound transfers connect both sides") {
    STATIC_REQUIRE(slowest_convergence(2) <= 5);
    unsigned volatile events = 6;
    CHECK(slowest_convergence(events) <= 5);
}

TEST_CASE("lost frames alone never take a link down, nor while it comes up") {
    STATIC_REQUIRE(resets_by_loss(3) == 0);
    unsigned volatile transfers = 8;
    CHECK(resets_by_loss(transfers) == 0);
}

TEST_CASE("a restarted side begins with a connect, even if it was silent for some transfers before") {
    auto session = spi_session{};
    session.start();
    session.exchange(command::connect, command::available, true);
    CHECK(session.next() == command::available);
    session.close(true);
    session.start();
    CHECK(session.next() == command::connect);
}
