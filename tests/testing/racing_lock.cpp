#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/racing_lock.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <algorithm>
#include <functional>
#include <utility>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::message;
using rpmsg::testing::race_plan;
using rpmsg::testing::racing_lock;
using rpmsg::testing::recorder;

constexpr auto interrupts_of(race_plan plan) -> std::uint32_t {
    auto count = 0u;
    auto lock = racing_lock{[&count] { ++count; }, plan};
    for (int i = 0; i < 5; ++i) {
        lock.lock();
        lock.unlock();
    }
    check(lock.points() == 10 and lock.interrupts() == count);
    return count;
}

constexpr auto an_interrupt_may_take_the_lock_itself() -> bool {
    auto inner = 0;
    struct hook {
        racing_lock<hook>** self;
        int* count;
        constexpr auto operator()() -> void {
            (*self)->lock();
            ++*count;
            (*self)->unlock();
        }
    };
    racing_lock<hook>* self = nullptr;
    auto lock = racing_lock<hook>{hook{&self, &inner}};
    self = &lock;
    lock.lock();
    lock.unlock();
    return inner == 2 and lock.points() == 2;
}

TEST_CASE("A racing lock interrupts just before each lock and just after each unlock") {
    STATIC_REQUIRE(interrupts_of({}) == 10);
    STATIC_REQUIRE(interrupts_of({.first = 7, .count = 1}) == 1);
    STATIC_REQUIRE(interrupts_of({.first = 10, .count = 1}) == 0);
    STATIC_REQUIRE(interrupts_of({.first = 4}) == 6);
    STATIC_REQUIRE(interrupts_of({.seed = 7}) > 0);
    STATIC_REQUIRE(interrupts_of({.seed = 7}) < 10);
    STATIC_REQUIRE(interrupts_of({.seed = 7}) == interrupts_of({.seed = 7}));
    CHECK(interrupts_of({}) == 10);
}

TEST_CASE("An interrupt may take the lock itself and is not interrupted") {
    STATIC_REQUIRE(an_interrupt_may_take_the_lock_itself());
    CHECK(an_interrupt_may_take_the_lock_itself());
}

constexpr auto interrupted = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto interrupted_by_index = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .batch = 2, .event_index = true};

/// An interrupt that sends, lends, drops and releases runs at chosen points of a main program that does the same and
/// polls. Whatever the point: no message is lost, doubled or damaged, and all buffers are there at the end.
template <rpmsg::vring_config Config> auto nothing_is_lost_under(race_plan plan) -> std::uint32_t {
    auto shared = two_sides<Config>{};
    auto job = std::function<void()>{};
    auto lock = racing_lock{[&job] {
                                if (job) {
                                    job();
                                }
                            },
                            plan};
    auto log = recorder{};
    auto received = 0u;
    auto held = rpmsg::held_message{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">([&](auto& side, message const& m) {
                            ++received;
                            if (not held) {
                                held = side.hold(m);
                            }
                        })},
                        rpmsg::lock_ref{lock}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">([&](auto& side, message const& m) {
                              log.add(m);
                              side.reply(m, m.payload);
                          })}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote);
    check(host.at(0).is_bound());
    auto sent = 0u;
    auto const send = [&](auto payload) { sent += host.at(0).send(payload).has_value() ? 1u : 0u; };
    job = [&] {
        send("interrupt"_payload);
        held.release();
        auto room = host.at(0).reserve();
        if (room and sent % 2 == 0) {
            rpmsg::copy("interrupt"_payload, room.payload());
            sent += host.at(0).commit(std::move(room), 9).has_value() ? 1u : 0u;
        }
    };
    for (int i = 0; i < 6; ++i) {
        send("main text"_payload);
        auto room = host.at(0).reserve();
        if (room) {
            rpmsg::copy("main text"_payload, room.payload());
            if (i % 2 == 0) {
                sent += host.at(0).commit(std::move(room), 9).has_value() ? 1u : 0u;
            }
        }
        room = rpmsg::error::closed;
        settle(shared, host, remote, 0, 2);
    }
    job = {};
    held.release();
    settle(shared, host, remote);
    check(log.message_count() == sent and received + remote.counts()[rpmsg::counter::no_buffer] >= sent);
    for (std::uint32_t i = log.message_count() - std::min(log.message_count(), 32u); i < log.message_count(); ++i) {
        check(same(log.payload(i), "interrupt"_payload) or same(log.payload(i), "main text"_payload));
    }
    held.release();
    settle(shared, host, remote);
    for (auto const which : {rpmsg::counter::bad_id, rpmsg::counter::bad_index, rpmsg::counter::stale_loan}) {
        check(host.counts()[which] == 0 and remote.counts()[which] == 0);
    }
    auto room_left = 0;
    while (host.at(0).send("last"_payload)) {
        ++room_left;
    }
    check(room_left == Config.buffers);
    return lock.points();
}

TEST_CASE("No message is lost or doubled when an interrupt sends at any one point of a conversation") {
    auto const points = nothing_is_lost_under<interrupted>({.count = 0});
    REQUIRE(points > 50);
    for (std::uint32_t point = 0; point < points; ++point) {
        CAPTURE(point);
        CHECK_NOTHROW(nothing_is_lost_under<interrupted>({.first = point, .count = 1}));
        CHECK_NOTHROW(nothing_is_lost_under<interrupted_by_index>({.first = point, .count = 3}));
    }
}

TEST_CASE("No message is lost or doubled when an interrupt sends at random points of a conversation") {
    for (std::uint32_t seed = 1; seed < 200; ++seed) {
        CAPTURE(seed);
        CHECK_NOTHROW(nothing_is_lost_under<interrupted>({.seed = seed}));
        CHECK_NOTHROW(nothing_is_lost_under<interrupted_by_index>({.seed = seed}));
    }
    CHECK_NOTHROW(nothing_is_lost_under<interrupted>({}));
}

} // namespace
