#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {
using namespace rpmsg;
using testing::loopback;
using testing::loopback_memory;

/// The whole concept between two ends: up, a message by value, room given back, running dry, release, down.
consteval auto keeps_the_concept() -> bool {
    auto memory = loopback_memory<2, 16>{};
    auto left = loopback<true, 2, 16>{memory, 0};
    auto right = loopback<true, 2, 16>{memory, 1};
    check(left.start().has_value());
    check(left.poll(0).event == link_event::none and not left.reserve());
    check(right.start().has_value());
    check(left.poll(0).event == link_event::up and right.poll(0).event == link_event::up);

    auto const unused = left.reserve();
    left.discard(unused);
    for (int i = 0; i < 2; ++i) {
        auto const room = left.reserve();
        copy("hello"_payload, room.space);
        check(left.commit(room, {.source = address{1}, .destination = address{2}, .length = 5}));
        check(not left.commit(room, {.length = 5})); // it is gone
    }
    check(not left.reserve() and not left.writable());

    auto const first = right.receive();
    check(first.outcome == rx_outcome::message and same(first.payload, "hello"_payload));
    check(first.header.source == address{1} and first.header.destination == address{2});
    right.release(first);
    right.release(first); // counted, nothing else
    check(right.counts()[event_count::stale_loan] == 1);
    check(left.writable() and not left.writable());

    right.close();
    auto const change = left.poll(0);
    check(change.event == link_event::down and change.unreturned == 1);
    return not left.reserve();
}

consteval auto a_conversation() -> bool {
    auto memory = loopback_memory<>{};
    auto answers = 0;
    channel left{loopback<>{memory, 0}, endpoints{endpoint<"x">([&](auto&, message const& m) {
                     answers += same(m.payload, "hello"_payload) ? 1 : 0;
                 })}};
    channel right{loopback<>{memory, 1},
                  endpoints{endpoint<"x">([](auto& it, message const& m) { it.reply(m, m.payload); })}};
    check(left.start().has_value() and right.start().has_value());
    for (int i = 0; i < 4; ++i) {
        left.poll();
        right.poll();
    }
    check(left.get<"x">().send("hello"_payload).has_value());
    right.poll();
    left.poll();
    return answers == 1;
}
} // namespace

TEST_CASE("a loopback keeps the concept of a transport, in the compiler") { STATIC_REQUIRE(keeps_the_concept()); }

TEST_CASE("channels hold a conversation over a loopback") { STATIC_REQUIRE(a_conversation()); }
