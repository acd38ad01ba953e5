#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace {

using rpmsg::host::condition_wait;
using rpmsg::host::steady_clock;

TEST_CASE("A wake after the ticket ends each wait, also one that begins later") {
    auto shared = condition_wait::shared{};
    auto one = condition_wait{shared};
    auto const ticket = one.ticket();
    one.wake();
    CHECK(one.wait(ticket, steady_clock::now() + 1'000'000));
}

TEST_CASE("One wake ends the waits of many threads") {
    auto shared = condition_wait::shared{};
    auto waiting = condition_wait{shared};
    auto const ticket = waiting.ticket();
    auto ended = std::atomic<int>{0};
    auto threads = std::vector<std::thread>{};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { ended += waiting.wait(ticket, steady_clock::now() + 1'000'000) ? 1 : 0; });
    }
    waiting.wake();
    for (auto& each : threads) {
        each.join();
    }
    CHECK(ended == 4);
}

TEST_CASE("A wait ends at its deadline, and at once when it has passed") {
    auto shared = condition_wait::shared{};
    auto waiting = condition_wait{shared};
    CHECK_FALSE(waiting.wait(waiting.ticket(), steady_clock::now()));
    CHECK_FALSE(waiting.wait(waiting.ticket(), steady_clock::now() + 5));
}

} // namespace
