#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_link.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <concepts>
#include <type_traits>
#include <utility>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::testing::recorder;

constexpr auto config = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};

/// A handler calls all functions of its link.
constexpr auto a_handler_has_all_of_its_link() -> bool {
    auto shared = two_sides<config>{};
    auto log = recorder{};
    auto other_log = recorder{};
    auto answered = false;
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages()), endpoint<0x100>(other_log.messages())}};
    auto remote = channel{shared.device(), endpoints{endpoint<"x">([&](auto& side, message const& m) {
                              static_assert(not std::copyable<std::remove_cvref_t<decltype(side)>>);
                              check(side.is_bound() and side.self() == address{1024} and side.peer() == m.source);
                              check(side.reply(m, "reply"_payload));
                              check(side.send("send"_payload).has_value());
                              check(side.send_to(address{0x100}, "send_to"_payload).has_value());
                              auto room = side.reserve();
                              rpmsg::copy("commit"_payload, room.payload());
                              check(side.commit(std::move(room), 6).has_value());
                              room = side.reserve();
                              rpmsg::copy("commit_to"_payload, room.payload());
                              check(side.commit_to(address{0x100}, std::move(room), 9).has_value());
                              auto const kept = side.hold(m);
                              check(same(kept.payload(), m.payload) and kept.source() == m.source);
                              answered = true;
                          })}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote);
    check(host.at(0).send("ask"_payload).has_value());
    settle(shared, host, remote);
    check(answered and log.message_count() == 3 and other_log.message_count() == 2);
    check(same(log.payload(0), "reply"_payload) and same(log.payload(1), "send"_payload));
    check(same(log.payload(2), "commit"_payload));
    check(same(other_log.payload(0), "send_to"_payload) and same(other_log.payload(1), "commit_to"_payload));
    check(host.transport().in_flight() == 0);
    return true;
}

/// An event handler may send, and has no message to hold.
constexpr auto an_event_handler_may_send() -> bool {
    auto shared = two_sides<config>{};
    auto log = recorder{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto remote =
        channel{shared.device(), endpoints{endpoint<"x">([](auto&, message const&) {},
                                                         [](auto& side, event const& what) {
                                                             if (what.kind == event_kind::bound) {
                                                                 check(side.send("welcome"_payload).has_value());
                                                                 check(not side.hold({.source = what.peer, .payload = {}}));
                                                             }
                                                         })}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote);
    check(log.message_count() == 1 and same(log.payload(0), "welcome"_payload));
    return true;
}

/// A loan of one link cannot be committed through another one.
constexpr auto a_loan_belongs_to_its_link() -> bool {
    auto one = two_sides<config>{};
    auto two = two_sides<config>{};
    auto log = recorder{};
    auto describe_endpoint = [&] { return endpoints{endpoint<"x">(log.messages())}; };
    auto a = channel{one.driver(), describe_endpoint()};
    auto a_peer = channel{one.device(), describe_endpoint()};
    auto b = channel{two.driver(), describe_endpoint()};
    auto b_peer = channel{two.device(), describe_endpoint()};
    check(a.start().has_value() and a_peer.start().has_value() and b.start().has_value() and b_peer.start().has_value());
    settle(one, a, a_peer);
    settle(two, b, b_peer);
    {
        auto loan = a.at(0).reserve();
        check(not b.at(0).commit(std::move(loan), 3).has_value());
    }
    check(a.transport().in_flight() == 0 and b.transport().in_flight() == 0);
    auto accepted = 0;
    while (a.at(0).send({}).has_value()) {
        ++accepted;
    }
    check(accepted == config.buffers);
    return true;
}

/// The doorbell of a message that arrives while a poll runs requests the poll that delivers it.
constexpr auto what_comes_during_a_poll_is_told() -> bool {
    auto shared = two_sides<config>{};
    auto log = recorder{};
    auto host = channel{shared.driver(), endpoints{endpoint<"x">(log.messages())}};
    auto sent = 0;
    auto remote = channel{shared.device(), endpoints{endpoint<"x">([&](auto&, message const&) {
                              if (sent++ == 0) {
                                  check(host.at(0).send("second"_payload).has_value());
                              }
                          })}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote);
    check(host.at(0).send("first"_payload).has_value());
    shared.to_device.forward(remote);
    (void)remote.poll();
    shared.to_device.forward(remote);
    while (remote.is_pending()) {
        (void)remote.poll();
    }
    check(sent == 2 and host.transport().in_flight() == 0);
    return true;
}

TEST_CASE("A message that arrives while a poll runs is announced by its doorbell") {
    STATIC_REQUIRE(what_comes_during_a_poll_is_told());
    CHECK(what_comes_during_a_poll_is_told());
}

TEST_CASE("A handler has all of its link: reply, send, address, fill in place, hold") {
    STATIC_REQUIRE(a_handler_has_all_of_its_link());
    CHECK(a_handler_has_all_of_its_link());
}

TEST_CASE("An event handler may send") {
    STATIC_REQUIRE(an_event_handler_may_send());
    CHECK(an_event_handler_may_send());
}

TEST_CASE("66: a loan of one link is refused by another and goes back to its own") {
    STATIC_REQUIRE(a_loan_belongs_to_its_link());
    CHECK(a_loan_belongs_to_its_link());
}

} // namespace
