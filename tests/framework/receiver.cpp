#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/receiver.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/fake_clock.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::receiver;
using rpmsg::testing::fake_wait;
using rpmsg::testing::nobody_wakes;
using rpmsg::testing::recorder;

constexpr auto config_of_receiver = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};

TEST_CASE("A receiver polls until nothing is left, then sleeps for one period at most") {
    auto shared = two_sides<config_of_receiver>{};
    auto log = recorder{};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}, rpmsg::no_lock{},
                          fake_wait<nobody_wakes>{nobody_wakes{}}};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    REQUIRE(remote.start().has_value());
    REQUIRE(host.start().has_value());
    settle(shared, host, remote);
    settle(shared, host, remote);

    auto loop = receiver{remote, 50, rpmsg::poll_budget{.messages = 2}};
    CHECK(loop.run_once() == 0);
    CHECK(remote.waiting().waits() == 1);
    CHECK(remote.waiting().now() == 50);

    for (int i = 0; i < 5; ++i) {
        REQUIRE(host.at(0).send("work"_payload).has_value());
    }
    // No doorbell was rung: the poll after the period finds the messages (56).
    CHECK(loop.run_once() == 2);
    CHECK(loop.run_once() == 2);
    CHECK(loop.run_once() == 1);
    CHECK(remote.waiting().waits() == 1);
    CHECK(loop.run_once() == 0);
    CHECK(remote.waiting().waits() == 2);
    CHECK(log.message_count() == 5);
}

TEST_CASE("A receiver sleeps no longer than the link's own deadline") {
    auto shared = two_sides<config_of_receiver>{};
    auto log = recorder{};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}, rpmsg::no_lock{},
                          fake_wait<nobody_wakes>{nobody_wakes{}}};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    REQUIRE(remote.start().has_value());
    REQUIRE(host.start().has_value());
    settle(shared, host, remote);
    settle(shared, host, remote);
    shared.to_driver.refuses = true;
    REQUIRE(remote.at(0).send("x"_payload).has_value());
    auto loop = receiver{remote, 5000};
    CHECK(loop.run_once() == 0);
    CHECK(remote.waiting().now() == config_of_receiver.retry_ticks);
}

TEST_CASE("A receiver runs until it is stopped") {
    auto shared = two_sides<config_of_receiver>{};
    auto log = recorder{};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}, rpmsg::no_lock{},
                          fake_wait<nobody_wakes>{nobody_wakes{}}};
    REQUIRE(remote.start().has_value());
    auto rounds = 0;
    receiver{remote, 10}.run([&] { return ++rounds > 3; });
    CHECK(remote.waiting().waits() == 3);
}

/// A clock that is set back by `back` after its first reading.
struct wait_beside_a_clock_that_jumps {
    rpmsg::ticks back;
    rpmsg::ticks time = 1'000'000'000;
    int readings{};
    rpmsg::ticks longest{};

    auto now() -> rpmsg::ticks { return readings++ == 0 ? time : time - back; }
    auto ticket() -> std::uint32_t { return 0; }
    auto wait(std::uint32_t, rpmsg::ticks deadline) -> bool {
        longest = deadline - (time - back);
        return true;
    }
    auto wake() -> void {}
    auto context() -> std::uintptr_t { return 1; }
};

TEST_CASE("A receiver sleeps for one period at most, also where the clock is put back between the poll and the sleep") {
    for (auto const back : {rpmsg::ticks{0}, rpmsg::ticks{1}, rpmsg::ticks{500'000'000}, rpmsg::ticks{0x7fff'ffff}}) {
        auto shared = two_sides<config_of_receiver>{};
        auto log = recorder{};
        auto remote = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}, rpmsg::no_lock{},
                              wait_beside_a_clock_that_jumps{.back = back}};
        CHECK(receiver{remote, 100}.run_once() == 0);
        CHECK(remote.waiting().longest <= 100);
    }
}

} // namespace
