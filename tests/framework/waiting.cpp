// send_until and reserve_until wait only through the wait policy, until a deadline, and never poll.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/fake_clock.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <functional>
#include <utility>

namespace {

using rpmsg::counter;
using rpmsg::error;
using rpmsg::testing::fake_wait;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;

constexpr auto hello = std::array{std::byte{'h'}, std::byte{'i'}};
constexpr auto poller = std::uintptr_t{1};
constexpr auto worker = std::uintptr_t{2};

/// Called during a wait; the test sets the function.
struct scripted {
    std::function<void()>* script;
    auto operator()(auto&) const -> void {
        if (*script) {
            (*script)();
        }
    }
};

/// Two channels over a loopback with two buffers; `a` has the wait policy and is polled in context 1.
struct pair_of_channels {
    loopback_memory<2> memory{};
    recorder log_a{};
    recorder log_b{};
    std::function<void()> script{};
    using end = loopback<true, 2>;
    decltype(rpmsg::endpoints{
        rpmsg::endpoint<"x">(std::declval<recorder&>().messages(), std::declval<recorder&>().events())}) list_a{
        rpmsg::endpoint<"x">(log_a.messages(), log_a.events())};
    rpmsg::channel<end, decltype(list_a), rpmsg::no_lock, fake_wait<scripted>> a{end{memory, 0}, list_a, rpmsg::no_lock{},
                                                                                 fake_wait<scripted>{scripted{&script}}};
    rpmsg::channel<end, decltype(list_a)> b{end{memory, 1},
                                            decltype(list_a){rpmsg::endpoint<"x">(log_b.messages(), log_b.events())}};

    /// Polls in the polling context, then continues in the worker's.
    auto poll_a() -> void {
        a.waiting().enter(poller);
        (void)a.poll();
        a.waiting().enter(worker);
    }
    auto settle() -> void {
        for (int i = 0; i < 4; ++i) {
            poll_a();
            (void)b.poll();
        }
    }
    auto connect() -> void {
        REQUIRE(a.start().has_value());
        REQUIRE(b.start().has_value());
        settle();
        REQUIRE(a.at(0).is_bound());
    }
    auto fill() -> void {
        while (a.at(0).send(hello)) {}
    }
};

TEST_CASE("A send that finds a buffer does not wait") {
    auto it = pair_of_channels{};
    it.connect();
    CHECK(it.a.at(0).send_until(hello, 100).has_value());
    CHECK(it.a.waiting().waits() == 0);
}

TEST_CASE("45: a send whose peer gives nothing back ends at its deadline and leaks nothing") {
    auto it = pair_of_channels{};
    it.connect();
    it.fill();
    CHECK(it.a.at(0).send_until(hello, 100).error() == error::timed_out);
    CHECK(it.a.waiting().now() == 100);
    CHECK(it.a.at(0).reserve_until(200).refusal() == error::timed_out);
    CHECK(it.a.waiting().now() == 200);
    CHECK(it.a.waiting().waits() == 2);
    it.settle();
    CHECK(it.log_b.message_count() == 2);
    CHECK(it.a.at(0).send_until(hello, 300).has_value());
    CHECK(it.a.at(0).send_until(hello, 300).has_value());
}

TEST_CASE("A deadline that has passed already is one attempt") {
    auto it = pair_of_channels{};
    it.connect();
    it.fill();
    it.a.waiting().advance(500);
    CHECK(it.a.at(0).send_until(hello, 499).error() == error::timed_out);
    it.settle();
    CHECK(it.a.at(0).send_until(hello, 499).has_value());
}

TEST_CASE("A deadline may lie beyond the end of the clock") {
    auto it = pair_of_channels{};
    it.connect();
    it.fill();
    it.a.waiting().advance(0xffff'fff0);
    CHECK(it.a.at(0).send_until(hello, 0x10).error() == error::timed_out);
    CHECK(it.a.waiting().now() == 0x10);
}

TEST_CASE("A wait ends when the poller finds a buffer that came back") {
    auto it = pair_of_channels{};
    it.connect();
    it.fill();
    it.script = [&] {
        it.a.waiting().advance(10);
        (void)it.b.poll();
        it.poll_a();
    };
    CHECK(it.a.at(0).send_until(hello, 100).has_value());
    CHECK(it.a.waiting().waits() == 1);
    CHECK(it.a.waiting().now() == 10);
    auto loan = it.a.at(0).reserve_until(100);
    REQUIRE(loan);
    CHECK(it.a.at(0).commit(std::move(loan), 1).has_value());
}

TEST_CASE("A doorbell that brings no buffer lets the wait go on") {
    auto it = pair_of_channels{};
    it.connect();
    it.fill();
    it.script = [&] {
        it.a.waiting().advance(10);
        it.a.notify(0);
    };
    CHECK(it.a.at(0).send_until(hello, 95).error() == error::timed_out);
    CHECK(it.a.waiting().waits() == 10);
}

TEST_CASE("A send waits for a peer as it waits for a buffer") {
    auto it = pair_of_channels{};
    REQUIRE(it.a.start().has_value());
    REQUIRE(it.b.start().has_value());
    it.poll_a();
    CHECK(it.a.at(0).send(hello).error() == error::not_bound);
    it.script = [&] { it.settle(); };
    CHECK(it.a.at(0).send_until(hello, 100).has_value());
    it.settle();
    CHECK(it.log_b.message_count() == 1);
}

TEST_CASE("A wait from the context that polls is refused and counted, a send that need not wait is not") {
    auto it = pair_of_channels{};
    it.connect();
    it.a.waiting().enter(poller);
    CHECK(it.a.at(0).send_until(hello, 100).has_value());
    it.fill();
    CHECK(it.a.at(0).send_until(hello, 100).error() == error::would_deadlock);
    CHECK(it.a.at(0).reserve_until(100).refusal() == error::would_deadlock);
    CHECK(it.a.counts()[counter::would_deadlock] == 2);
    CHECK(it.a.waiting().waits() == 0);
    CHECK(it.a.waiting().now() == 0);
}

TEST_CASE("A wait ends with closed when the link goes down or this side closes it") {
    auto it = pair_of_channels{};
    it.connect();
    it.fill();
    SECTION("the peer closes") {
        it.script = [&] {
            it.b.close();
            it.poll_a(); // receives the destroy
            it.poll_a();
        };
    }
    SECTION("this side closes") {
        it.script = [&] { it.a.close(); };
    }
    CHECK(it.a.at(0).send_until(hello, 100).error() == error::closed);
    CHECK(it.a.at(0).reserve_until(100).refusal() == error::closed);
    CHECK(it.a.waiting().now() < 100);
}

TEST_CASE("A payload that never fits is refused at once") {
    auto it = pair_of_channels{};
    it.connect();
    auto const large = std::array<std::byte, 49>{};
    CHECK(it.a.at(0).send_until(large, 100).error() == error::too_large);
    CHECK(it.a.waiting().waits() == 0);
}

TEST_CASE("A clock that goes back by any step makes a wait no longer than it was when it began") {
    for (auto const back : {1u, 99u, 100u, 101u, 1u << 16, 1u << 30, (1u << 31) - 200}) {
        auto it = pair_of_channels{};
        it.connect();
        it.fill();
        auto const began = it.a.waiting().now();
        auto total = rpmsg::ticks{0};
        auto looks = 0;
        it.script = [&] {
            REQUIRE(++looks < 1000);
            if (looks == 1) {
                it.a.waiting().advance(50);
                total += 50;
                it.a.waiting().advance(0u - back); // the clock is set back
            } else {
                it.a.waiting().advance(10);
                total += 10;
            }
            it.a.waiting().wake();
        };
        CHECK(it.a.at(0).send_until(hello, began + 100).error() == error::timed_out);
        CHECK(total <= 200);
    }
}

} // namespace
