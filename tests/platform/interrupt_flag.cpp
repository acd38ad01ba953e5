#include <rpmsg/platform/interrupt_flag.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>

namespace {
consteval auto is_set_until_cleared() -> bool {
    auto flag = rpmsg::interrupt_flag{};
    auto const before = flag.is_set();
    flag.set();
    flag.set();
    auto const between = flag.is_set();
    flag.clear();
    auto const after = flag.is_set() or flag.take();
    flag.set();
    return not before and between and not after and flag.take() and not flag.is_set();
}
} // namespace

TEST_CASE("a flag is set until it is cleared") {
    STATIC_REQUIRE(is_set_until_cleared());
    auto flag = rpmsg::interrupt_flag{};
    flag.set();
    CHECK(flag.is_set());
    flag.clear();
    CHECK_FALSE(flag.is_set());
}

TEST_CASE("who sees the flag sees what was written before it was set", "[threads]") {
    auto flag = rpmsg::interrupt_flag{};
    auto value = 0;
    auto setter = std::thread{[&] {
        value = 42;
        flag.set();
    }};
    while (not flag.is_set()) {
        std::this_thread::yield();
    }
    CHECK(value == 42);
    setter.join();
}

TEST_CASE("a flag that is taken while another thread sets it is taken as often as it was set", "[threads]") {
    constexpr auto times = 20'000;
    auto flag = rpmsg::interrupt_flag{};
    auto is_done = std::atomic<bool>{};
    auto taken = 0;
    auto setter = std::thread{[&] {
        for (auto i = 0; i < times; ++i) {
            flag.set();
            while (flag.is_set()) {
                std::this_thread::yield();
            }
        }
        is_done = true;
    }};
    while (not is_done) {
        taken += flag.take() ? 1 : 0;
        taken += flag.take() ? 1 : 0;
        std::this_thread::yield();
    }
    setter.join();
    CHECK(taken == times);
}

/// How often a thread that took the flag and looked has not seen what was written, and the flag does not stand either.
template <typename Flag> auto missed(int rounds) -> int {
    auto flag = Flag{};
    auto written = std::atomic<int>{};
    auto round = std::atomic<int>{};
    auto finished = std::atomic<int>{};
    auto lost = 0;
    auto const begin_with = [](std::atomic<int>& word, int value) {
        for (auto spins = 1; word < value; ++spins) {
            if (spins % 256 == 0) {
                std::this_thread::yield();
            }
        }
    };
    auto writer = std::thread{[&] {
        for (auto i = 1; i <= rounds; ++i) {
            begin_with(round, i);
            written.store(i, std::memory_order_relaxed);
            flag.set();
            finished = i;
        }
    }};
    for (auto i = 1; i <= rounds; ++i) {
        flag.set(); // as by an earlier doorbell
        round = i;
        for (auto wait = i % 64; wait > 0; --wait) {
            (void)finished.load(std::memory_order_relaxed);
        }
        flag.take();
        auto const seen = written.load(std::memory_order_relaxed);
        begin_with(finished, i);
        lost += seen != i and not flag.is_set() ? 1 : 0;
    }
    writer.join();
    return lost;
}

TEST_CASE("what another thread writes before it sets the flag is seen after the take, or the flag stands", "[threads]") {
    if constexpr (sizeof(void*) > 4) {
        CHECK(missed<rpmsg::interrupt_flag>(20'000) == 0);
    }
}
