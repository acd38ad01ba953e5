#include <rpmsg/testing/fake_clock.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
using namespace rpmsg;

consteval auto shows_what_was_written() -> bool {
    auto time = ticks{5};
    auto const clock = testing::fake_clock{time};
    auto const before = clock.now();
    time = 9;
    return before == 5 and clock.now() == 9;
}

consteval auto nobody_wakes_before_the_deadline() -> bool {
    auto waiting = testing::fake_wait{testing::nobody_wakes{}};
    return not waiting.wait(waiting.ticket(), 100) and waiting.now() == 100 and waiting.waits() == 1;
}

consteval auto a_wake_ends_the_wait_in_time() -> bool {
    auto waiting = testing::fake_wait{[](auto& it) {
        it.advance(10);
        it.wake();
    }};
    return waiting.wait(waiting.ticket(), 100) and waiting.now() == 10;
}

consteval auto an_earlier_wake_asks_nobody() -> bool {
    auto waiting = testing::fake_wait{[](auto& it) { it.advance(1000); }};
    auto const ticket = waiting.ticket();
    waiting.wake();
    return waiting.wait(ticket, 100) and waiting.now() == 0;
}
} // namespace

TEST_CASE("the clock shows what the test wrote") { STATIC_REQUIRE(shows_what_was_written()); }

TEST_CASE("a wait that nobody ends lasts to its deadline") { STATIC_REQUIRE(nobody_wakes_before_the_deadline()); }

TEST_CASE("a wait ends with the wake that the test makes in it") {
    STATIC_REQUIRE(a_wake_ends_the_wait_in_time());
    STATIC_REQUIRE(an_earlier_wake_asks_nobody());
}
