#include <rpmsg/transport/uart/nuttx_parser.hpp>
#include <rpmsg/transport/uart/storage.hpp>
#include <rpmsg/transport/uart/wake_handshake.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {

constexpr auto config = rpmsg::uart_config{.wake_ticks = 10};

struct sleepy {
    static constexpr bool wakes_peer = true;
    constexpr auto stay_awake() -> void {}
    constexpr auto relax() -> void {}
};

struct rig {
    rpmsg::uart_storage<config> storage{};
    rpmsg::detail::uart_parser<config> parser{};
    rpmsg::detail::pending_codes<config.dialect> codes{};
    rpmsg::detail::wake_handshake<config, sleepy> sleep{sleepy{}};

    constexpr auto hear(int code) -> void {
        auto const byte = static_cast<std::byte>(code);
        parser.feed({&byte, 1}, storage);
        sleep.answer(parser, codes);
    }
};

constexpr auto two_codes_take_turns() -> bool {
    auto r = rig{};
    for (auto const code : {0x79, 0x75, 0x79}) {
        auto const call = static_cast<std::uint8_t>(code);
        check(not r.sleep.may_send(r.codes, 100) and r.codes.has_pending(call));
        r.codes = {};
        check(not r.sleep.may_send(r.codes, 109) and r.codes.is_empty() and r.sleep.next_call(109) == 110);
        r.hear(code == 0x79 ? 0x74 : 0x78); // the reply to the burst before
        check(not r.sleep.may_send(r.codes, 110) and r.codes.has_pending(call));
        r.codes = {};
        r.hear(code - 1);
        check(r.sleep.may_send(r.codes, 111));
        r.sleep.end_burst(r.codes);
        check(r.codes.has_pending(0x77) and not r.sleep.may_send(r.codes, 111));
        r.codes = {};
    }
    return true;
}

constexpr auto a_clock_that_jumps_delays_a_call_by_one_retry() -> bool {
    for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
        for (auto const now : {500 + jump, 500 - jump}) {
            auto r = rig{};
            check(not r.sleep.may_send(r.codes, 500));
            r.codes = {};
            check(rpmsg::has_passed(r.sleep.next_call(now), now + config.wake_ticks));
            auto calls = 0;
            for (rpmsg::ticks passed = 0; passed <= config.wake_ticks; ++passed) {
                check(not r.sleep.may_send(r.codes, now + passed));
                calls += r.codes.is_empty() ? 0 : 1;
                r.codes = {};
            }
            check(calls > 0 and calls <= 2);
        }
    }
    return true;
}

/// The peer's own call is no reply, and stays pending.
constexpr auto an_answer_of_an_earlier_life_wakes_nobody() -> bool {
    for (auto const turn : {0, 1}) {
        auto r = rig{};
        if (turn == 1) {
            (void)r.sleep.may_send(r.codes, 0);
            r.hear(0x78);
            check(r.sleep.may_send(r.codes, 0));
            r.sleep.end_burst(r.codes);
            r.codes = {};
        }
        auto const call = static_cast<std::uint8_t>(turn == 0 ? 0x79 : 0x75);
        check(not r.sleep.may_send(r.codes, 0) and r.codes.has_pending(call));
        auto const heard = std::array{static_cast<std::byte>(call - 1), static_cast<std::byte>(call)};
        r.parser.feed(heard, r.storage);
        r.sleep.forget(r.parser); // a restart before the next check
        r.codes = {};
        check(not r.sleep.may_send(r.codes, 100) and r.codes.has_pending(call));
        r.codes = {};
        r.sleep.answer(r.parser, r.codes);
        check(r.codes.has_pending(static_cast<std::uint8_t>(call - 1)) and not r.sleep.may_send(r.codes, 101));
        r.hear(call - 1);
        check(r.sleep.may_send(r.codes, 102));
    }
    return true;
}

} // namespace

TEST_CASE("A peer that sleeps is called until it answers, by two codes in turn") {
    STATIC_REQUIRE(two_codes_take_turns());
    CHECK(two_codes_take_turns());
}

TEST_CASE("A clock that jumps delays the next call of a sleeping peer by one retry") {
    STATIC_REQUIRE(a_clock_that_jumps_delays_a_call_by_one_retry());
}

TEST_CASE("A reply to a call from before a restart wakes no peer") {
    STATIC_REQUIRE(an_answer_of_an_earlier_life_wakes_nobody());
    CHECK(an_answer_of_an_earlier_life_wakes_nobody());
}

TEST_CASE("A peer that did not answer ten calls is deaf, and stays so until it answers") {
    auto r = rig{};
    rpmsg::ticks now = 0;
    for (auto calls = 1; calls <= 300; ++calls, now += config.wake_ticks) {
        REQUIRE_FALSE(r.sleep.may_send(r.codes, now));
        REQUIRE(r.codes.has_pending(0x79));
        r.codes = {};
        REQUIRE(r.sleep.is_deaf() == (calls >= 10));
    }
    r.hear(0x78);
    CHECK_FALSE(r.sleep.is_deaf());
}
