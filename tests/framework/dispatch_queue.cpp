#include <rpmsg/framework/dispatch_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {

using rpmsg::event_kind;
using rpmsg::held_message;
using queue = rpmsg::detail::dispatch_queue<2, 3>;

/// The owner of messages that are told apart by their source.
struct keeper : rpmsg::message_owner {
    constexpr auto hold(std::uint32_t number) -> held_message {
        return {*this,
                [](rpmsg::message_owner&, rpmsg::rx_token const&, std::uint32_t) { return true; },
                {.source = rpmsg::address{number}},
                {},
                0};
    }
};
constexpr auto is(queue::entry const& entry, std::uint32_t number) -> bool {
    return entry.has_message and entry.content and entry.content.source() == rpmsg::address{number};
}
constexpr auto is(queue::entry const& entry, event_kind kind) -> bool {
    return not entry.has_message and not entry.content and entry.what.kind == kind;
}
constexpr auto next(queue& it, std::uint32_t lane, auto expected) -> bool {
    auto const entry = it.begin(lane);
    it.finish(lane, entry.has_message);
    return is(entry, expected);
}
constexpr auto tell(queue& it, auto... kinds) -> void { (it.push(0, rpmsg::event{.kind = kinds}), ...); }

constexpr auto one_fifo_of_messages_and_events() -> bool {
    auto from = keeper{};
    auto it = queue{};
    for (std::uint32_t round = 0; round < 3; ++round) {
        it.push(0, from.hold(1));
        it.push(0, rpmsg::event{.kind = event_kind::writable});
        it.push(1, from.hold(2));
        it.push(0, from.hold(3));
        check(it.held() == 3 and it.held(0) == 2 and it.is_older(0, 1) and not it.is_older(1, 0));
        check(next(it, 0, 1u) and it.is_older(0, 1));
        check(next(it, 0, event_kind::writable) and it.is_older(1, 0));
        check(next(it, 0, 3u) and next(it, 1, 2u));
        check(it.held() == 0 and it.is_idle(0) and it.is_idle(1));
    }
    return true;
}

constexpr auto a_message_counts_until_its_handler_ends() -> bool {
    auto from = keeper{};
    auto it = queue{};
    it.push(0, from.hold(1));
    auto const running = it.begin(0);
    check(is(running, 1u) and it.held(0) == 1 and it.is_running(0) and not it.has_entries(0) and not it.is_idle(0));
    it.finish(0, true);
    return it.held(0) == 0 and it.is_idle(0);
}

constexpr auto what_ended_before_it_was_told_is_taken_back() -> bool {
    auto it = queue{};
    using enum event_kind;
    tell(it, unbound, link_down, link_up, bound, writable, unbound, link_down); // a whole life of the link
    check(next(it, 0, unbound) and next(it, 0, link_down) and it.is_idle(0));
    tell(it, unbound, bound, unbound, bound, unbound);
    check(next(it, 0, unbound) and it.is_idle(0));
    tell(it, unbound, bound, unbound, bound);
    check(next(it, 0, unbound) and next(it, 0, bound) and it.is_idle(0));
    tell(it, link_down, link_up, bound, unbound, link_down, link_up, bound);
    check(next(it, 0, link_down) and next(it, 0, link_up) and next(it, 0, bound) and it.is_idle(0));
    tell(it, link_up, link_down);
    return it.is_idle(0);
}

constexpr auto the_newest_of_a_kind_stays() -> bool {
    auto it = queue{};
    it.push(0, rpmsg::event{.kind = event_kind::peer_moved, .peer = rpmsg::address{1}});
    it.push(0, rpmsg::event{.kind = event_kind::writable});
    it.push(0, rpmsg::event{.kind = event_kind::peer_moved, .peer = rpmsg::address{2}});
    auto const first = it.begin(0);
    it.finish(0, false);
    check(is(first, event_kind::peer_moved) and first.what.peer == rpmsg::address{2});
    return next(it, 0, event_kind::writable) and it.is_idle(0);
}

constexpr auto messages_are_dropped_and_events_stay() -> bool {
    auto from = keeper{};
    auto it = queue{};
    it.push(0, rpmsg::event{.kind = event_kind::bound});
    it.push(0, from.hold(1));
    it.push(0, rpmsg::event{.kind = event_kind::writable});
    it.push(0, from.hold(2));
    check(it.drop(0).source() == rpmsg::address{1} and it.drop(0).source() == rpmsg::address{2} and not it.drop(0));
    it.push(0, from.hold(3));
    check(next(it, 0, event_kind::bound) and next(it, 0, event_kind::writable) and next(it, 0, 3u));
    it.push(0, rpmsg::event{.kind = event_kind::bound});
    it.drop_events(0);
    it.push(0, rpmsg::event{.kind = event_kind::bound});
    return it.held() == 0 and next(it, 0, event_kind::bound) and it.is_idle(0);
}

constexpr auto every_kind_of_event_has_a_place() -> bool {
    auto it = queue{};
    using enum event_kind;
    tell(it, unbound, link_down, refused, link_up, bound, writable, peer_moved, slow_handler, names_forgotten, overrun, gone);
    for (auto const kind :
         {unbound, link_down, refused, link_up, bound, writable, peer_moved, slow_handler, names_forgotten, overrun, gone}) {
        check(next(it, 0, kind));
    }
    return it.is_idle(0);
}

TEST_CASE("Messages and events of one endpoint wait in one FIFO") {
    STATIC_REQUIRE(one_fifo_of_messages_and_events());
    CHECK(one_fifo_of_messages_and_events());
}
TEST_CASE("A message counts until its handler ends") {
    STATIC_REQUIRE(a_message_counts_until_its_handler_ends());
    CHECK(a_message_counts_until_its_handler_ends());
}
TEST_CASE("What ended before its handler heard of it is taken back") {
    STATIC_REQUIRE(what_ended_before_it_was_told_is_taken_back());
    CHECK(what_ended_before_it_was_told_is_taken_back());
}
TEST_CASE("Of events that repeat the newest stays") {
    STATIC_REQUIRE(the_newest_of_a_kind_stays());
    CHECK(the_newest_of_a_kind_stays());
}
TEST_CASE("Messages are dropped, the events among them stay") {
    STATIC_REQUIRE(messages_are_dropped_and_events_stay());
    CHECK(messages_are_dropped_and_events_stay());
}
TEST_CASE("Events of all kinds wait at the same time") {
    STATIC_REQUIRE(every_kind_of_event_has_a_place());
    CHECK(every_kind_of_event_has_a_place());
}

} // namespace
