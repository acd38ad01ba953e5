#include <rpmsg/platform/spin_lock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <ctime>
#include <thread>
#include <vector>

namespace {
auto end_section() -> void;
auto ways = 0;
auto held = rpmsg::basic_spin_lock<true, end_section>{};
auto end_section() -> void {
    if (++ways == 3) {
        held.unlock();
    }
}
} // namespace

TEST_CASE("two threads under a spin lock lose no count", "[threads]") {
    auto lock = rpmsg::spin_lock{};
    auto count = 0;
    auto const work = [&] {
        for (int i = 0; i < 20'000; ++i) {
            auto const guard = rpmsg::lock_guard{lock};
            ++count;
        }
    };
    auto other = std::thread{work};
    work();
    other.join();
    CHECK(count == 40'000);
}

TEST_CASE("who spins for long lets the holder run, which may wait for the same core") {
    ways = 0;
    held.lock();
    held.lock(); // nobody else runs: only who is given way ends the section
    CHECK(ways == 3);
    held.unlock();
}

TEST_CASE("several spinners for each core get on", "[threads]") {
    constexpr auto each = 300;
    auto lock = rpmsg::spin_lock{};
    auto count = 0;
    auto const start = std::clock();
    auto threads = std::vector<std::thread>{};
    for (auto i = 0u; i < 8 * std::max(1u, std::thread::hardware_concurrency()); ++i) {
        threads.emplace_back([&] {
            for (auto turn = 0; turn < each; ++turn) {
                auto const guard = rpmsg::lock_guard{lock};
                ++count;
                if (turn % 10 == 0) {
                    std::this_thread::yield(); // the holder loses its core
                }
            }
        });
    }
    for (auto& one : threads) {
        one.join();
    }
    CHECK(count == each * static_cast<int>(threads.size()));
    CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC); // of this process, whatever else keeps the cores busy
}

TEST_CASE("a spin lock is a lock policy where the core can exchange") { STATIC_REQUIRE(rpmsg::lock_policy<rpmsg::spin_lock>); }
