#include <rpmsg/platform/wait.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using namespace rpmsg;

/// A clock that advances by one with each look.
struct stepping_clock {
    ticks* time;
    auto now() -> ticks { return (*time)++; }
};

struct semaphore {
    bool given = false;
    ticks asked{};
    auto take(ticks longest) -> bool {
        asked = longest;
        auto const was = given;
        given = false;
        return was;
    }
    auto give() -> void { given = true; }
    auto context() -> std::uintptr_t { return 7; }
};
static_assert(wait_policy<spin_wait<stepping_clock>>);
static_assert(wait_policy<semaphore_wait<stepping_clock, semaphore>>);
} // namespace

TEST_CASE("a spinning wait ends at its deadline") {
    auto time = ticks{100};
    auto waiting = spin_wait<stepping_clock>{stepping_clock{&time}};
    CHECK_FALSE(waiting.wait(waiting.ticket(), 110));
    CHECK(time > 110);
}

TEST_CASE("a wake after the ticket ends the wait at once") {
    auto time = ticks{100};
    auto waiting = spin_wait<stepping_clock>{stepping_clock{&time}};
    auto const ticket = waiting.ticket();
    waiting.wake();
    CHECK(waiting.wait(ticket, 200));
    CHECK(time < 105);
}

TEST_CASE("a wake before the ticket does not count") {
    auto time = ticks{100};
    auto waiting = spin_wait<stepping_clock>{stepping_clock{&time}};
    waiting.wake();
    CHECK_FALSE(waiting.wait(waiting.ticket(), 110));
}

TEST_CASE("a semaphore is asked for no longer than to the deadline") {
    auto time = ticks{100};
    auto signal = semaphore{};
    auto waiting = semaphore_wait<stepping_clock, semaphore>{stepping_clock{&time}, signal};
    CHECK_FALSE(waiting.wait(waiting.ticket(), 130));
    CHECK(signal.asked == 30);
    waiting.wake();
    CHECK(waiting.wait(waiting.ticket(), 130));
    signal.asked = 0;
    CHECK_FALSE(waiting.wait(waiting.ticket(), 50)); // long past: not asked at all
    CHECK(signal.asked == 0);
    CHECK(waiting.context() == 7);
}
