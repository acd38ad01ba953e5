// A terminal in programs with threads: calls that wait, while another thread polls the link.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/service/tty/tty.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>

namespace {
using namespace rpmsg;
using host::condition_wait;
using host::steady_clock;
using terminal = tty<"rpmsg-tty0", tty_config{.receive = 100, .send = 200}, ignore_readable, std::mutex>;
using end = rpmsg::testing::loopback<true, 4, 64>;

/// Two ends, and one thread that polls both.
struct polled_pair {
    rpmsg::testing::loopback_memory<4, 64> memory{};
    std::array<condition_wait::shared, 2> states{};
    std::array<terminal, 2> terminals{};
    channel<end, endpoints<ref<terminal>>, no_lock, condition_wait> one{end{memory, 0}, endpoints{ref{terminals[0]}}, no_lock{},
                                                                        condition_wait{states[0]}};
    channel<end, endpoints<ref<terminal>>, no_lock, condition_wait> other{end{memory, 1}, endpoints{ref{terminals[1]}},
                                                                          no_lock{}, condition_wait{states[1]}};
    std::atomic<bool> stop{};
    std::atomic<bool> is_bound{};
    std::thread poller{};

    polled_pair() {
        check(one.start().has_value() and other.start().has_value());
        poller = std::thread{[this] {
            while (not stop) {
                one.poll(steady_clock::now());
                other.poll(steady_clock::now());
                is_bound = one.at(0).is_bound() and other.at(0).is_bound();
                std::this_thread::yield();
            }
        }};
        while (not is_bound) {
            std::this_thread::yield();
        }
    }
    ~polled_pair() {
        stop = true;
        poller.join();
    }
};
} // namespace

TEST_CASE("threads write and read until all has passed", "[threads]") {
    constexpr auto total = std::size_t{20'000};
    auto it = polled_pair{};
    auto writer = std::thread{[&] {
        auto piece = std::array<std::byte, 150>{};
        for (auto sent = std::size_t{}; sent < total;) {
            for (auto i = std::size_t{}; i < piece.size(); ++i) {
                piece[i] = static_cast<std::byte>((sent + i) * 7);
            }
            auto const most = std::min(piece.size(), total - sent);
            auto const some = it.terminals[0].write_until(it.one, const_bytes{piece}.first(most), steady_clock::now() + 60'000);
            check(some.has_value());
            sent += *some;
        }
    }};
    auto read = std::size_t{};
    auto wrong = 0u;
    auto piece = std::array<std::byte, 60>{};
    while (read < total) {
        auto const some = it.terminals[1].read_until(it.other, piece, steady_clock::now() + 60'000);
        REQUIRE(some.has_value());
        for (auto i = std::size_t{}; i < *some; ++i) {
            wrong += piece[i] != static_cast<std::byte>((read + i) * 7) ? 1u : 0u;
        }
        read += *some;
    }
    writer.join();
    CHECK((read == total and wrong == 0));
}

TEST_CASE("a read without data ends at its deadline", "[threads]") {
    auto it = polled_pair{};
    auto into = std::array<std::byte, 8>{};
    CHECK(it.terminals[0].read_until(it.one, into, steady_clock::now() + 20).error() == error::timed_out);
}
