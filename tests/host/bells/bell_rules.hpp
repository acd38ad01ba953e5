#pragma once

#include <rpmsg/host/steady_clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>
#include <unistd.h>

/// What each pair of doorbell and wait policy of host/ must do. `waiting` sleeps on the bell that `bell` rings.
namespace bell_rules {

using rpmsg::host::steady_clock;

auto wakes_a_sleeper(auto waiting, auto bell) -> void {
    auto const ticket = waiting.ticket();
    auto ringer = std::thread{[&] {
        usleep(20'000);
        bell.ring(1);
    }};
    auto const began = waiting.now();
    auto in_time = true;
    while (waiting.ticket() == ticket and in_time) {
        in_time = waiting.wait(ticket, began + 10'000);
    }
    ringer.join();
    CHECK(in_time);
    CHECK(waiting.now() - began < 5000);
}

auto keeps_a_ring_from_before_the_sleep(auto waiting, auto bell) -> void {
    auto const ticket = waiting.ticket();
    CHECK(bell.ring(0));
    auto const began = waiting.now();
    CHECK(waiting.wait(ticket, began + 10'000));
    CHECK(waiting.now() - began < 5000);
}

auto ends_at_the_deadline(auto waiting) -> void {
    auto const began = waiting.now();
    while (waiting.wait(waiting.ticket(), began + 30)) {}
    CHECK(waiting.now() - began >= 30);
    CHECK(waiting.now() - began < 5000);
    CHECK_FALSE(waiting.wait(waiting.ticket(), began));
}

auto wake_ends_every_wait(auto waiting) -> void {
    auto const ticket = waiting.ticket();
    auto ended = std::atomic<unsigned>{};
    auto const sleep = [&] {
        auto mine = waiting;
        auto const deadline = mine.now() + 10'000;
        while (mine.ticket() == ticket and mine.wait(ticket, deadline)) {}
        if (mine.ticket() != ticket) {
            ++ended;
        }
    };
    auto const began = waiting.now();
    auto sleepers = std::array{std::thread{sleep}, std::thread{sleep}, std::thread{sleep}};
    usleep(20'000);
    waiting.wake();
    for (auto& sleeper : sleepers) {
        sleeper.join();
    }
    CHECK(ended == 3);
    CHECK(waiting.now() - began < 5000);
}

/// Two threads hand a ball back and forth and sleep in between: no ring is lost.
auto loses_no_ring(auto here, auto bell_of_there, auto there, auto bell_of_here) -> void {
    constexpr auto rounds = 2000u;
    auto ball = std::atomic<unsigned>{};
    auto late = std::atomic<unsigned>{};
    auto const play = [&](auto waiting, auto bell, unsigned parity) {
        for (auto i = parity; i < 2 * rounds; i += 2) {
            auto const deadline = waiting.now() + 10'000;
            while (true) {
                auto const ticket = waiting.ticket();
                if (ball == i) {
                    break;
                }
                if (not waiting.wait(ticket, deadline)) {
                    ++late;
                    break;
                }
            }
            ball = i + 1;
            bell.ring(0);
        }
    };
    auto other = std::thread{[&] { play(there, bell_of_here, 1); }};
    play(here, bell_of_there, 0);
    other.join();
    CHECK(late == 0);
}

} // namespace bell_rules
