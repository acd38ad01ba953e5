// Every refused call returns an error and is counted; the work of a poll is bounded; a doorbell may fail.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <utility>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::poll_budget;
using rpmsg::vring_config;
using rpmsg::testing::recorder;

constexpr auto plain = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto by_index = vring_config{.buffers = 4, .buffer_size = 64, .event_index = true};
constexpr auto batched = vring_config{.buffers = 4, .buffer_size = 64, .batch = 4};

constexpr auto every_refusal_says_why_and_is_counted() -> bool {
    auto shared = two_sides<plain>{};
    auto log = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log.messages(), log.events()), endpoint<"y">(log.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}};
    auto const x = a.template get<"x">();
    auto const y = a.template get<"y">();

    // Every call is refused before the link is up.
    check(x.send("early"_payload).error() == error::closed);
    check(x.send_to(address{1024}, "early"_payload).error() == error::closed);
    check(x.reserve().refusal() == error::closed);
    check(x.commit(x.reserve(), 0).error() == error::closed);
    check(a.counts()[counter::closed] == 4);
    check(not x.is_bound() and x.peer() == rpmsg::any_address);

    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(y.send("nobody"_payload).error() == error::not_bound);
    check(y.commit(y.reserve(), 4).error() == error::not_bound);
    check(a.counts()[counter::not_bound] == 2);
    check(y.send_to(x.peer(), "explicit"_payload).has_value());

    constexpr auto large = std::array<std::byte, 49>{};
    check(x.send(large).error() == error::too_large);
    check(x.commit(x.reserve(), 49).error() == error::too_large);
    check(x.commit(x.reserve(), 0x1'0000'0000).error() == error::too_large);
    check(a.counts()[counter::too_large] == 3);
    check(x.send(rpmsg::const_bytes{large}.first(48)).has_value());
    settle(shared, a, b);
    auto const received = log.message_count();
    check(received == 2 and log.size(1) == 48);

    // A refused commit has given its buffer back: all four buffers are free.
    for (int i = 0; i < 4; ++i) {
        check(x.send("fits"_payload).has_value());
    }
    check(x.send("more"_payload).error() == error::no_buffer);
    check(a.counts()[counter::no_buffer] == 1);
    return true;
}

constexpr auto a_reply_that_is_refused_is_counted() -> bool {
    auto shared = two_sides<plain>{};
    auto replied = 0;
    auto refused = 0;
    auto log = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">([&](auto& side, message const& m) {
                         for (int i = 0; i < 5; ++i) {
                             ++(side.reply(m, "answer"_payload) ? replied : refused);
                         }
                     })}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(a.at(0).send("five answers"_payload).has_value());
    settle(shared, a, b);
    check(replied == 4 and refused == 1 and b.counts()[counter::no_buffer] == 1);
    check(log.message_count() == 4);
    return true;
}

constexpr auto a_loan_is_given_back_in_every_way_it_can_end() -> bool {
    auto shared = two_sides<plain>{};
    auto log = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log.messages(), log.events())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    auto const x = a.template get<"x">();
    for (int round = 0; round < 3; ++round) {
        auto one = x.reserve();
        auto two = x.reserve();
        auto three = x.reserve();
        auto four = x.reserve();
        check(one and two and three and four and not x.reserve());
        one = std::move(two);
        check(one and one.payload().size() == 48);
        check(x.commit(std::move(three), 0).has_value() and not three and three.payload().empty());
        check(x.commit(std::move(three), 0).has_value() == false);
        settle(shared, a, b);
    }
    check(log.message_count() == 3 and log.count(event_kind::writable) == 3);
    check(a.counts()[counter::stale_loan] == 0);
    auto all = 0;
    while (x.send("fits"_payload).has_value()) {
        ++all;
    }
    check(all == 4);
    return true;
}

template <vring_config Config> constexpr auto a_poll_stops_at_its_budget() -> bool {
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    settle(shared, a, b);
    check(not b.is_pending() and b.poll() == 0);
    for (int i = 0; i < 4; ++i) {
        check(a.at(0).send("ten bytes!"_payload).has_value());
    }
    check(b.poll(poll_budget{.messages = 0}) == 0 and b.is_pending());
    check(b.poll(poll_budget{.messages = 1}) == 1 and b.is_pending() and log.message_count() == 1);
    check(b.poll(poll_budget{.payload_bytes = 11}) == 2 and b.is_pending() and log.message_count() == 3);
    check(b.poll(poll_budget{.payload_bytes = 11}) == 1 and not b.is_pending() and log.message_count() == 4);
    check(b.poll() == 0);
    // All buffers are returned, also those of an incomplete batch.
    for (int i = 0; i < 4; ++i) {
        check(a.at(0).send("again"_payload).has_value());
    }
    check(b.poll() == 4);
    return true;
}

template <vring_config Config> constexpr auto a_doorbell_that_fails_is_rung_again() -> bool {
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">(log.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(not a.next_deadline(1000).is_set);

    shared.to_device.refuses = true;
    auto const rung = shared.to_device.rings(1);
    check(a.at(0).send("silent"_payload).has_value());
    check(a.counts()[counter::doorbell_failed] == 1 and shared.to_device.rings(1) == rung);
    auto const due = a.next_deadline(1000);
    check(due.is_set and due.at == 1000 + Config.retry_ticks);
    (void)a.poll(1100);
    check(a.counts()[counter::doorbell_failed] == 2 and a.next_deadline(1100).is_set);
    shared.to_device.refuses = false;
    (void)a.poll(1200);
    check(shared.to_device.rings(1) == rung + 1 and not a.next_deadline(1200).is_set);
    (void)a.poll(1300);
    check(shared.to_device.rings(1) == rung + 1);
    shared.to_device.forward(b);
    check(b.is_pending() and b.poll() == 1 and same(log.payload(0), "silent"_payload));
    return true;
}

/// A message can be held once, and only by the handler that receives it.
constexpr auto a_message_is_held_once() -> bool {
    auto shared = two_sides<plain>{};
    auto log = recorder{};
    auto kept = rpmsg::held_message{};
    auto second = rpmsg::held_message{};
    auto other = rpmsg::held_message{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">([&](auto& side, message const& m) {
                         log.add(m);
                         auto const copy_of_it = std::array{std::byte{1}};
                         other = side.hold({.source = m.source, .payload = copy_of_it});
                         if (not kept) {
                             kept = side.hold(m);
                             second = side.hold(m);
                         }
                     })}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(a.at(0).send("mine"_payload).has_value());
    settle(shared, a, b);
    check(kept and not second and not other);
    kept.release();
    kept.release();
    settle(shared, a, b);
    check(b.counts()[counter::stale_loan] == 0 and a.transport().in_flight() == 0);
    return true;
}

TEST_CASE("Every refusal says why and is counted") {
    STATIC_REQUIRE(every_refusal_says_why_and_is_counted());
    CHECK(every_refusal_says_why_and_is_counted());
}

TEST_CASE("A reply that is refused is counted") {
    STATIC_REQUIRE(a_reply_that_is_refused_is_counted());
    CHECK(a_reply_that_is_refused_is_counted());
}

TEST_CASE("A loan is given back in every way it can end") {
    STATIC_REQUIRE(a_loan_is_given_back_in_every_way_it_can_end());
    CHECK(a_loan_is_given_back_in_every_way_it_can_end());
}

TEST_CASE("59: a poll stops at its budget of messages and of bytes, and says that work is left") {
    STATIC_REQUIRE(a_poll_stops_at_its_budget<plain>());
    STATIC_REQUIRE(a_poll_stops_at_its_budget<by_index>());
    STATIC_REQUIRE(a_poll_stops_at_its_budget<batched>());
    CHECK(a_poll_stops_at_its_budget<batched>());
}

TEST_CASE("A doorbell that fails is counted, stays pending and is rung again by poll") {
    STATIC_REQUIRE(a_doorbell_that_fails_is_rung_again<plain>());
    STATIC_REQUIRE(a_doorbell_that_fails_is_rung_again<by_index>());
    CHECK(a_doorbell_that_fails_is_rung_again<plain>());
}

TEST_CASE("A message is held once, by the handler that it is delivered to") {
    STATIC_REQUIRE(a_message_is_held_once());
    CHECK(a_message_is_held_once());
}

} // namespace
