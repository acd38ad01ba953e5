#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/mailbox.hpp>
#include <rpmsg/framework/receiver.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::held_message;
using rpmsg::mailbox;
using rpmsg::message;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

constexpr auto ignore = [](auto&, message const&) {};

auto poll_both(auto& a, auto& b) -> void {
    for (int i = 0; i < 8; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
}

/// A side with a mailbox and a peer, both up.
template <std::uint32_t Depth> struct two_ends {
    using end = loopback<true, 4>;
    loopback_memory<4> memory{};
    mailbox<"x", Depth> box{};
    channel<end, decltype(endpoints{rpmsg::ref{std::declval<mailbox<"x", Depth>&>()}})> side{end{memory, 0},
                                                                                             endpoints{rpmsg::ref{box}}};
    channel<end, decltype(endpoints{endpoint<"x">(ignore)})> peer{end{memory, 1}, endpoints{endpoint<"x">(ignore)}};

    two_ends() {
        REQUIRE(side.start());
        REQUIRE(peer.start());
        poll_both(side, peer);
    }
};

TEST_CASE("Messages wait in the mailbox, in order, in the buffers of the link") {
    auto ends = two_ends<4>{};
    auto& box = ends.box;
    auto& side = ends.side;
    auto& peer = ends.peer;
    REQUIRE(peer.at(0).send("a"_payload));
    REQUIRE(peer.at(0).send("b"_payload));
    poll_both(side, peer);
    {
        auto const first = box.receive();
        REQUIRE(first);
        CHECK(same(first.payload(), "a"_payload));
        CHECK(first.source() == rpmsg::address{1024});
    }
    CHECK(same(box.receive().payload(), "b"_payload));
    CHECK_FALSE(box.receive());
    CHECK(box.dropped() == 0);
}

TEST_CASE("A message that finds the mailbox full is dropped and counted, and its buffer is free again") {
    auto ends = two_ends<2>{};
    auto& box = ends.box;
    auto& side = ends.side;
    auto& peer = ends.peer;
    for (int i = 0; i < 4; ++i) {
        REQUIRE(peer.at(0).send("a"_payload));
    }
    poll_both(side, peer);
    CHECK(box.dropped() == 2);
    CHECK(peer.at(0).send("b"_payload));
    CHECK(peer.at(0).send("b"_payload));
    CHECK(peer.at(0).send("b"_payload).error() == error::no_buffer); // two are held
}

TEST_CASE("What was not received when the link goes down is dropped") {
    auto ends = two_ends<4>{};
    auto& box = ends.box;
    auto& side = ends.side;
    auto& peer = ends.peer;
    REQUIRE(peer.at(0).send("old"_payload));
    poll_both(side, peer);
    side.close();
    poll_both(side, peer);
    REQUIRE(side.start());
    poll_both(side, peer);
    REQUIRE(peer.at(0).send("new"_payload));
    poll_both(side, peer);
    CHECK(same(box.receive().payload(), "new"_payload));
    CHECK_FALSE(box.receive());
}

struct locked_mutex {
    std::mutex* it;
    auto lock() -> void { it->lock(); }
    auto unlock() -> void { it->unlock(); }
};

TEST_CASE("A thread receives until its deadline while another one polls") {
    auto memory = loopback_memory<4>{};
    auto box = mailbox<"x", 4>{};
    auto shared = rpmsg::host::condition_wait::shared{};
    auto mutex = std::mutex{};
    auto side = channel{loopback<true, 4>{memory, 0}, endpoints{rpmsg::ref{box}}, locked_mutex{&mutex},
                        rpmsg::host::condition_wait{shared}};
    auto into = held_message{};
    auto peer = channel{loopback<true, 4>{memory, 1}, endpoints{endpoint<"x">([](auto&, message const&) {})}};
    REQUIRE(side.start());
    REQUIRE(peer.start());
    poll_both(side, peer);
    auto const forever = [] { return rpmsg::host::steady_clock::now() + 1'000'000; };
    CHECK(box.receive_until(side, forever(), into).error() == error::would_deadlock); // this thread polls
    auto outcome = std::atomic<int>{-1};
    auto is_ready = std::atomic<bool>{false};
    auto received = std::atomic<std::uint32_t>{0};
    auto reader = std::thread{[&] {
        auto content = held_message{};
        CHECK(box.receive_until(side, rpmsg::host::steady_clock::now(), content).error() == error::timed_out);
        is_ready = true;
        auto status = rpmsg::status{};
        while ((status = box.receive_until(side, forever(), content))) {
            ++received;
            content.release();
        }
        outcome = static_cast<int>(status.error());
    }};
    while (not is_ready) {
        std::this_thread::yield();
    }
    for (std::uint32_t sent = 0; sent < 100;) { // the loopback is for one thread at a time: under the lock of the side
        {
            auto const guard = std::lock_guard{mutex};
            sent += peer.at(0).send("a"_payload) ? 1u : 0u;
        }
        (void)side.poll();
        std::this_thread::yield();
    }
    while (received != 100) {
        (void)side.poll();
        std::this_thread::yield();
    }
    side.close();
    reader.join();
    CHECK(outcome == static_cast<int>(error::closed));
    CHECK(box.dropped() == 0);
}

} // namespace
