#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"
#include <cstdio>

namespace {
using recovery::mistake;
using recovery::notes;
using recovery::rig;
using recovery::role;

constexpr auto batch_of_four = rpmsg::vring_config{.buffers = 16, .buffer_size = 128, .batch = 4, .event_index = true};
constexpr auto one_by_one = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .batch = 1};

auto print(char const* what, recovery::report const& found) -> void {
    std::printf("%s: %u restarts, back after %.2f ms on average, %.2f ms at worst; %llu messages, %llu duplicates, at most "
                "%llu after one restart; %llu lost, %llu reordered, %llu damaged\n",
                what, found.restarts, found.total_ms / found.restarts, found.slowest_ms,
                static_cast<unsigned long long>(found.sum(&notes::received)),
                static_cast<unsigned long long>(found.sum(&notes::duplicates)),
                static_cast<unsigned long long>(found.most_duplicates()),
                static_cast<unsigned long long>(found.sum(&notes::lost)),
                static_cast<unsigned long long>(found.sum(&notes::reordered)),
                static_cast<unsigned long long>(found.sum(&notes::damaged)));
}

auto require_sound(recovery::report const& found, unsigned batch) -> void {
    CHECK(found.not_back == 0);
    CHECK(found.slowest_ms < 1000);
    CHECK(found.sum(&notes::received) > 1000);
    CHECK(found.sum(&notes::lost) == 0);
    CHECK(found.sum(&notes::reordered) == 0);
    CHECK(found.sum(&notes::damaged) == 0);
    CHECK(found.most_duplicates() <= batch);
}
} // namespace

TEST_CASE("a thousand kills of either side: the link is back within a second, nothing is lost, at most a batch comes twice") {
    auto const found = rig<batch_of_four>{}.run(1000);
    print("batches of four", found);
    CHECK(found.restarts == 1001);
    require_sound(found, batch_of_four.batch);
}

TEST_CASE("with buffers returned one by one a kill makes at most one duplicate") {
    auto const found = rig<one_by_one>{mistake::none, 7}.run(300);
    print("one by one", found);
    CHECK(found.restarts == 301);
    require_sound(found, one_by_one.batch);
}

TEST_CASE("a side that is killed while it starts, again and again, comes back in the end") {
    auto test = rig<batch_of_four>{mistake::none, 3};
    auto goes_on = test.begin();
    for (auto i = 0; i < 100 and goes_on; ++i) {
        auto const victim = test.random_role();
        test.kill_side(victim);
        for (auto attempts = test.random(4); attempts > 0; --attempts) {
            test.start(victim);
            usleep(static_cast<useconds_t>(test.random(2500)));
            test.kill_side(victim);
        }
        auto const since = rpmsg::host::steady_clock::nanoseconds();
        test.start(victim);
        goes_on = test.flows(since);
    }
    auto const found = test.finish();
    print("killed while starting", found);
    CHECK(found.restarts == 101);
    require_sound(found, batch_of_four.batch);
}

TEST_CASE("when both sides are killed at once the link comes back, and only what was in flight is lost") {
    auto test = rig<batch_of_four>{mistake::none, 5};
    auto goes_on = test.begin();
    constexpr auto times = 100u;
    for (auto i = 0u; i < times and goes_on; ++i) {
        usleep(static_cast<useconds_t>(test.random(2000)));
        auto const first = test.random_role();
        auto const second = first == role::host ? role::remote : role::host;
        test.kill_side(first);
        test.kill_side(second);
        auto const since = rpmsg::host::steady_clock::nanoseconds();
        test.start(first);
        test.start(second);
        goes_on = test.flows(since);
    }
    auto const found = test.finish();
    print("both at once", found);
    CHECK(found.not_back == 0);
    CHECK(found.slowest_ms < 1000);
    CHECK(found.sum(&notes::reordered) == 0);
    CHECK(found.sum(&notes::damaged) == 0);
    CHECK(found.sum(&notes::lost) <= std::uint64_t{times} * 2 * batch_of_four.buffers);
}

// The checker itself: it must see what it is for.

TEST_CASE("a survivor that does not send again what was not returned is found") {
    auto const found = rig<batch_of_four>{mistake::no_resend}.run(50);
    CHECK(found.sum(&notes::lost) > 0);
}

TEST_CASE("a survivor that sends too much again is found") {
    auto const found = rig<batch_of_four>{mistake::resends_too_much}.run(50);
    CHECK(found.most_duplicates() > batch_of_four.batch);
}

TEST_CASE("a restart that the peer is not told of is found") {
    auto const found = rig<batch_of_four>{mistake::hides_restart}.run(50);
    CHECK(found.not_back > 0);
}

TEST_CASE("a message that is dropped in mid-stream is found") {
    auto const found = rig<batch_of_four>{mistake::skips_one}.run(50);
    CHECK(found.sum(&notes::lost) > 0);
    CHECK(found.sum(&notes::reordered) > 0);
}
