#include <rpmsg/testing/fake_clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::testing::fake_clock;
using rpmsg::testing::fake_wait;
using rpmsg::testing::nobody_wakes;

constexpr auto a_fake_clock_shows_what_was_written_last() -> bool {
    auto time = rpmsg::ticks{3};
    auto const clock = fake_clock{time};
    auto const copy_of_it = clock;
    time = 0xffff'ffff;
    return clock.now() == 0xffff'ffff and copy_of_it.now() == 0xffff'ffff;
}

constexpr auto a_wait_that_nobody_ends_lasts_to_its_deadline() -> bool {
    auto waiting = fake_wait<nobody_wakes>{nobody_wakes{}};
    waiting.advance(10);
    check(not waiting.wait(waiting.ticket(), 50) and waiting.now() == 50 and waiting.waits() == 1);
    auto const before = waiting.ticket();
    waiting.wake();
    check(waiting.wait(before, 60) and waiting.now() == 50); // woken before it began
    check(not waiting.wait(before, 50));                     // but the deadline has come
    return true;
}

constexpr auto a_wait_ends_when_someone_wakes() -> bool {
    auto calls = 0;
    auto on_wait = [&calls](auto& it) {
        ++calls;
        it.advance(5);
        it.enter(1);
        if (calls == 2) {
            it.wake();
        }
        it.enter(2);
    };
    auto waiting = fake_wait<decltype(on_wait)>{on_wait};
    check(waiting.context() == 1);
    waiting.enter(2);
    check(not waiting.wait(waiting.ticket(), 100) and waiting.now() == 100);
    check(waiting.wait(waiting.ticket(), 200) and waiting.now() == 105);
    check(calls == 2 and waiting.waits() == 2 and waiting.context() == 2);
    return true;
}

TEST_CASE("A fake clock shows what the test wrote last") {
    STATIC_REQUIRE(a_fake_clock_shows_what_was_written_last());
    CHECK(a_fake_clock_shows_what_was_written_last());
}

TEST_CASE("A wait that nobody ends lasts to its deadline, at once") {
    STATIC_REQUIRE(a_wait_that_nobody_ends_lasts_to_its_deadline());
    CHECK(a_wait_that_nobody_ends_lasts_to_its_deadline());
}

TEST_CASE("A wait ends when its script wakes it") {
    STATIC_REQUIRE(a_wait_ends_when_someone_wakes());
    CHECK(a_wait_ends_when_someone_wakes());
}

} // namespace
