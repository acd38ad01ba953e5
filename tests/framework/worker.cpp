// Workers in threads of their own.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dispatched.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/framework/link_ref.hpp>
#include <rpmsg/framework/worker.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using rpmsg::dispatch_config;
using rpmsg::dispatched;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::when_behind;
using rpmsg::workers;

constexpr std::uint32_t buffers = 8;
using end = rpmsg::testing::loopback<true, buffers>;
constexpr std::uint32_t no_service = 0xffff'ffff;
using end_memory = rpmsg::testing::loopback_memory<buffers>;

auto send(auto to, char number) -> bool {
    auto const payload = std::array{static_cast<std::byte>(number)};
    return to.send(payload).has_value();
}

TEST_CASE("A worker waits for a buffer while the poller polls") {
    auto memory = end_memory{};
    auto mutex = std::mutex{};
    auto waits = rpmsg::host::condition_wait::shared{};
    auto outcome = std::vector<rpmsg::status>{};
    auto const answer = [&](auto& link, message const& m) -> void {
        for (std::uint32_t i = 0; i < 2 * buffers; ++i) {
            outcome.push_back(link.send_until(m.payload, rpmsg::host::steady_clock::now() + 20'000));
        }
    };
    auto a = rpmsg::channel{end{memory, 0}, dispatched{endpoints{endpoint<"slow">(answer)}, workers<>{}},
                            rpmsg::lock_ref{mutex}, rpmsg::host::condition_wait{waits}};
    std::uint32_t answers = 0;
    auto b = rpmsg::channel{end{memory, 1}, endpoints{endpoint<"slow">([&](auto&, message const&) { ++answers; })},
                            rpmsg::lock_ref{mutex}};
    REQUIRE((a.start().has_value() and b.start().has_value()));
    auto done = std::atomic<bool>{};
    auto thread = std::thread{[&] { rpmsg::worker{a, 5}.run([&] { return done.load(); }); }};
    auto is_sent = false;
    auto const stop = rpmsg::host::steady_clock::now() + 20'000;
    while (answers < 2 * buffers and not rpmsg::has_passed(stop, rpmsg::host::steady_clock::now())) {
        (void)a.poll(rpmsg::host::steady_clock::now());
        (void)b.poll(rpmsg::host::steady_clock::now());
        is_sent = is_sent or send(b.get<"slow">(), '1');
    }
    done = true;
    a.waiting().wake();
    thread.join();
    CHECK(answers == 2 * buffers);
    CHECK(std::all_of(outcome.begin(), outcome.end(), [](auto const& each) { return each.has_value(); }));
}

/// A peer floods five services; three workers handle the messages while endpoints are destroyed and created. Each service sees the numbers grow, and one handler of it runs at a time.
TEST_CASE("Workers in threads: each service gets its messages in order, one at a time, until it is destroyed") {
    struct service {
        std::uint32_t last{}; // no atomic: the thread sanitizer finds two handlers at once
        std::uint32_t handled{};
        bool is_up{};
        bool is_wrong{};
    };
    constexpr std::uint32_t count = 4;
    constexpr auto config = dispatch_config{.look_ahead = 6, .quota = 3, .behind = when_behind::drop};
    auto memory = end_memory{};
    auto mutex = std::mutex{};
    auto waits = rpmsg::host::condition_wait::shared{};
    auto a = rpmsg::channel{end{memory, 0}, dispatched{rpmsg::endpoint_pool<count>{}, workers<config>{}},
                            rpmsg::lock_ref{mutex}, rpmsg::host::condition_wait{waits}};
    auto b = rpmsg::channel{end{memory, 1},
                            endpoints{endpoint<"0">([](auto&, message const&) {}), endpoint<"1">([](auto&, message const&) {}),
                                      endpoint<"2">([](auto&, message const&) {}), endpoint<"3">([](auto&, message const&) {})},
                            rpmsg::lock_ref{mutex}};
    auto const hear = [](void* self, rpmsg::link_ref link, message const& m) {
        auto& it = *static_cast<service*>(self);
        auto const number = rpmsg::load<std::uint32_t>(m.payload);
        it.is_wrong = it.is_wrong or not it.is_up or number <= it.last;
        it.last = number;
        ++it.handled;
        if (number % 16 == 0) {
            std::this_thread::yield();
        }
        (void)link.reply(m, m.payload);
    };
    auto const note = [](void* self, rpmsg::link_ref, event const& e) {
        auto& it = *static_cast<service*>(self);
        it.is_wrong = it.is_wrong or (e.kind == event_kind::link_up) == it.is_up;
        it.is_up = e.kind != event_kind::link_down and e.kind != event_kind::gone;
    };
    auto services = std::array<service, count>{};
    auto ids = std::array<std::uint32_t, count>{};
    auto const open = [&](std::uint32_t i) {
        return a.create(std::string_view{"0123"}.substr(i, 1), rpmsg::endpoint_addresses{}, &services[i], hear, note);
    };
    for (std::uint32_t i = 0; i < count; ++i) {
        ids[i] = *open(i);
    }
    REQUIRE((a.start().has_value() and b.start().has_value()));
    auto done = std::atomic<bool>{};
    auto threads = std::vector<std::thread>{};
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] { rpmsg::worker{a, 5}.run([&] { return done.load(); }); });
    }
    std::uint32_t number = 0;
    std::uint32_t pending = 0;
    std::uint32_t ended = 0;
    auto replaced = no_service;
    for (std::uint32_t round = 0; round < 20'000; ++round) {
        (void)b.poll();
        for (std::uint32_t i = 0; i < count; ++i) {
            auto payload = std::array<std::byte, 4>{};
            rpmsg::store(payload, ++number);
            (void)b.at(i).send(payload);
        }
        (void)a.poll(round);
        if (replaced == no_service and round % 10 == 5) {
            replaced = round / 10 % count;
            auto const outcome = a.destroy(ids[replaced]);
            if (outcome.has_value()) {
                services[replaced].is_up = false; // nothing of it is called any more
                ++ended;
            } else {
                pending += outcome.error() == error::pending ? 1u : 0u; // the event gone comes
            }
        } else if (replaced != no_service) {
            if (auto const made = open(replaced)) {
                ids[replaced] = *made;
                replaced = no_service;
            }
        }
    }
    a.close();
    while (a.work()) {}
    done = true;
    a.waiting().wake();
    for (auto& each : threads) {
        each.join();
    }
    CHECK(pending + ended > 0);
    for (auto const& each : services) {
        CHECK(each.handled > 0);
        CHECK_FALSE(each.is_wrong);
    }
}

} // namespace
