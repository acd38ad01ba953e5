#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/polled_wait.hpp>
#include <rpmsg/host/polling_thread.hpp>
#include <rpmsg/platform/clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <unistd.h>

namespace {
using namespace rpmsg;

/// What a thread that polls calls of a channel.
template <typename Wait> struct played_channel {
    struct file {
        int at = -1;
        [[nodiscard]] auto number() const -> int { return at; }
    };
    typename Wait::shared state{};
    Wait wait{state};
    file own{};
    std::atomic<bool> is_started{};
    std::atomic<bool> is_closed{};
    std::atomic<unsigned> polls{};
    std::atomic<bool> has_more{};

    auto start() -> bool { return is_started = true; }
    auto close() -> void { is_closed = true; }
    auto notify() -> void {}
    auto poll(ticks) -> std::uint32_t { return ++polls; }
    [[nodiscard]] auto is_pending() const -> bool { return has_more; }
    [[nodiscard]] auto next_deadline(ticks) const -> poll_deadline { return {}; }
    auto waiting() -> Wait& { return wait; }
    auto transport() -> file& { return own; }

    /// The thread has polled so many times.
    auto await(unsigned times) -> void {
        while (polls < times) {
            usleep(100);
        }
    }
};

template <typename Wait> auto polls_after_each_wake() -> void {
    auto link = played_channel<Wait>{};
    {
        auto const it = host::polling_thread{link};
        link.await(1);
        for (auto i = 0; i < 3; ++i) {
            auto const before = link.polls.load();
            link.wait.wake();
            link.await(before + 1);
        }
        link.has_more = true;
        link.wait.wake();
        link.await(link.polls + 100); // without a wake
        CHECK(link.is_started);
        CHECK_FALSE(link.is_closed);
    }
    CHECK(link.is_closed);
}
} // namespace

TEST_CASE("a thread polls a link after each wake, while work is left, and no longer than it lives", "[threads]") {
    polls_after_each_wake<host::condition_wait>();
    polls_after_each_wake<host::polled_wait>();
}

TEST_CASE("a thread polls a link when its file is readable", "[threads]") {
    auto ends = std::array<int, 2>{};
    REQUIRE(pipe(ends.data()) == 0);
    auto link = played_channel<host::polled_wait>{};
    link.own.at = ends[0];
    {
        auto const it = host::polling_thread{link};
        REQUIRE(write(ends[1], "x", 1) == 1);
        link.await(10); // it is not read
    }
    close(ends[0]);
    close(ends[1]);
}
