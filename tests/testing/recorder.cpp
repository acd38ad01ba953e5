#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {

using rpmsg::address;
using rpmsg::event_kind;
using rpmsg::testing::counting_bell;
using rpmsg::testing::recorder;

struct listener {
    std::uint32_t heard{};
    constexpr auto notify(std::uint32_t queue) -> void { heard = heard * 10 + queue + 1; }
};

constexpr auto a_bell_counts_forwards_and_refuses() -> bool {
    auto bell = counting_bell{};
    auto through = rpmsg::doorbell_ref{bell};
    check(through.ring(1) and through.ring(1) and bell.rings(1) == 2 and bell.rings(0) == 0);
    check(bell.take(1) and not bell.take(1) and not bell.take(0));
    auto side = listener{};
    check(through.ring(0) and through.ring(1));
    bell.forward(side);
    bell.forward(side);
    check(side.heard == 12);
    bell.refuses = true;
    check(not through.ring(0) and bell.rings(0) == 1 and not bell.take(0));
    return true;
}

constexpr auto a_recorder_keeps_the_last_of_what_it_saw() -> bool {
    auto log = recorder{};
    auto unused = 0;
    auto on_message = log.messages();
    auto on_event = log.events();
    on_message(unused, {.source = address{7}, .payload = "one"_payload});
    on_message(unused, {.source = address{8}, .payload = {}});
    check(log.message_count() == 2 and log.source(0) == address{7} and log.size(1) == 0);
    check(same(log.payload(0), "one"_payload) and log.payload(1).empty());
    constexpr auto large = std::array<std::byte, 100>{std::byte{1}};
    on_message(unused, {.source = address{9}, .payload = large});
    check(log.size(2) == 100 and log.payload(2).size() == 64 and log.payload(2)[0] == std::byte{1});

    on_event(unused, {.kind = event_kind::link_up});
    on_event(unused, {.kind = event_kind::bound, .peer = address{1}});
    on_event(unused, {.kind = event_kind::bound, .peer = address{2}});
    check(log.counter() == 3 and log.count(event_kind::bound) == 2 and log.count(event_kind::writable) == 0);
    check(log.recorded(0).kind == event_kind::link_up and log.last(event_kind::bound).peer == address{2});
    for (std::uint32_t i = 0; i < 40; ++i) {
        log.add(rpmsg::event{.kind = event_kind::writable});
        log.add(rpmsg::message{.source = address{i}, .payload = {}});
    }
    check(log.count(event_kind::writable) == 32 and log.count(event_kind::bound) == 0 and log.counter() == 43);
    check(log.message_count() == 43 and log.source(42) == address{39});
    return true;
}

TEST_CASE("A bell counts, forwards what rang, and refuses when it is told to") {
    STATIC_REQUIRE(a_bell_counts_forwards_and_refuses());
    CHECK(a_bell_counts_forwards_and_refuses());
}

TEST_CASE("A recorder keeps the last of what it saw") {
    STATIC_REQUIRE(a_recorder_keeps_the_last_of_what_it_saw());
    CHECK(a_recorder_keeps_the_last_of_what_it_saw());
}

} // namespace
