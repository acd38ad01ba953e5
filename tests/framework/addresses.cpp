// Endpoints of the two sides are bound by name, by address, or by the first message.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::vring_config;
using rpmsg::testing::recorder;
namespace dialects = rpmsg::wire::dialects;

constexpr auto acknowledged = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto unacknowledged = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::linux_virtio};

/// Messages from 0x100 to 0x200 and back, without name service: only the users' messages cross the link.
template <vring_config Config> constexpr auto fixed_addresses_connect_without_name_service() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<0x100, 0x200>(log_a.messages(), log_a.events())}};
    auto b = channel{shared.device(), endpoints{endpoint<0x200, 0x100>(log_b.messages(), log_b.events())}};
    check(a.at(0).self() == address{0x100} and not a.at(0).is_bound());
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(a.at(0).peer() == address{0x200} and b.at(0).peer() == address{0x100});
    check(log_a.recorded(0).kind == event_kind::link_up and log_a.recorded(1).kind == event_kind::bound);
    check(a.transport().in_flight() == 0 and a.transport().tx_queue().given() == 0);

    check(a.at(0).send("to b"_payload).has_value() and b.at(0).send("to a"_payload).has_value());
    settle(shared, a, b);
    check(log_b.source(0) == address{0x100} and same(log_b.payload(0), "to b"_payload));
    check(log_a.source(0) == address{0x200} and same(log_a.payload(0), "to a"_payload));
    return true;
}

/// An endpoint with a fixed peer receives only that peer's messages.
template <vring_config Config> constexpr auto a_fixed_peer_keeps_others_out() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<0x100, 0x200>(log_a.messages(), log_a.events())}};
    auto b = channel{shared.device(), endpoints{endpoint<0x200, 0x100>(log_b.messages()), endpoint<0x201>(log_b.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(b.at(1).send_to(address{0x100}, "foreign"_payload).has_value());
    check(b.at(0).send("proper"_payload).has_value());
    settle(shared, a, b);
    check(a.counts()[counter::wrong_peer] == 1 and log_a.message_count() == 1);
    check(same(log_a.payload(0), "proper"_payload) and a.at(0).peer() == address{0x200});
    return true;
}

/// The first message binds an endpoint without a peer; later messages of other sources are delivered and do not rebind it.
template <vring_config Config> constexpr auto the_first_message_decides_the_peer() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<0x100>(log_a.messages(), log_a.events())}};
    auto b = channel{shared.device(), endpoints{endpoint<0x200>(log_b.messages()), endpoint<0x201>(log_b.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    check(not a.at(0).is_bound() and a.at(0).peer() == rpmsg::any_address);
    check(a.at(0).send("nobody"_payload).error() == error::not_bound);

    check(b.at(0).send_to(address{0x100}, "first"_payload).has_value());
    check(b.at(1).send_to(address{0x100}, "second"_payload).has_value());
    settle(shared, a, b);
    check(log_a.count(event_kind::bound) == 1 and log_a.last(event_kind::bound).peer == address{0x200});
    check(log_a.message_count() == 2 and log_a.source(1) == address{0x201});
    check(a.at(0).peer() == address{0x200});
    check(a.at(0).send("answer"_payload).has_value());
    settle(shared, a, b);
    check(log_b.message_count() == 1 and log_b.source(0) == address{0x100});
    return true;
}

/// Only one side has and announces the name; an endpoint without a name sends to its address.
template <vring_config Config> constexpr auto a_name_on_one_side_is_announced_once() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<0x100>(log_a.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"lonely">(log_b.messages(), log_b.events())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b, 0, 12);
    check(not b.at(0).is_bound() and b.at(0).send({}).error() == error::not_bound);
    check(a.at(0).send_to(b.at(0).self(), "found"_payload).has_value());
    settle(shared, a, b);
    check(log_b.message_count() == 1 and b.at(0).peer() == address{0x100});
    check(a.counts()[counter::table_full] == 0 and a.counts()[counter::bad_announcement] == 0);
    return true;
}

/// Names are matched in any order of the tables, and each message is delivered to its endpoint only.
template <vring_config Config> constexpr auto names_pair_up_whatever_their_order() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_x = recorder{};
    auto log_y = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log_a.messages()), endpoint<"y">(log_a.messages())}};
    auto b = channel{shared.device(), endpoints{endpoint<"y">(log_y.messages()), endpoint<"x">(log_x.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b, 0, 12);
    check(a.template get<"x">().peer() == b.template get<"x">().self());
    check(a.template get<"y">().peer() == b.template get<"y">().self());
    check(a.template get<"x">().self() == address{1024} and b.template get<"x">().self() == address{1025});
    check(a.template get<"x">().send("for x"_payload).has_value());
    check(a.template get<"y">().send("for y"_payload).has_value());
    settle(shared, a, b);
    check(log_x.message_count() == 1 and same(log_x.payload(0), "for x"_payload));
    check(log_y.message_count() == 1 and same(log_y.payload(0), "for y"_payload));
    return true;
}

/// A message without a receiver is counted by its reason, its buffer is returned, and the next message is delivered.
template <vring_config Config> constexpr auto what_cannot_be_delivered_is_counted() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log_a.messages(), log_a.events())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">(log_b.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    auto const from = b.template get<"x">();
    check(from.send_to(address{4711}, "unknown"_payload).has_value());
    check(from.send_to(rpmsg::name_service_address, "not an announcement"_payload).has_value());
    settle(shared, a, b);

    auto nameless = rpmsg::wire::announcement{.where = address{1024}};
    auto nobody = rpmsg::wire::announce("x", rpmsg::any_address, rpmsg::wire::announcement_kind::create);
    auto payload = std::array<std::byte, 40>{};
    for (auto const& each : {nameless, nobody}) {
        rpmsg::store(payload, each);
        check(from.send_to(rpmsg::name_service_address, payload).has_value());
    }
    settle(shared, a, b);

    auto& raw = b.transport();
    auto const room = raw.reserve();
    raw.commit(room, {.source = rpmsg::any_address, .destination = address{1024}, .length = 3});
    check(from.send("fine"_payload).has_value());
    settle(shared, a, b);
    check(a.counts()[counter::no_endpoint] == 1 and a.counts()[counter::bad_announcement] == 3);
    check(a.counts()[counter::bad_address] == 1);
    check(log_a.message_count() == 1 and same(log_a.payload(0), "fine"_payload));
    check(a.is_up() and log_a.count(event_kind::unbound) == 0 and b.transport().in_flight() == 0);
    return true;
}

/// A second create of a bound name does not rebind it; a destroy and a create with the same address unbind and bind it once.
template <vring_config Config> constexpr auto a_bound_name_is_not_taken_over() -> bool {
    auto shared = two_sides<Config>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{shared.driver(), endpoints{endpoint<"x">(log_a.messages(), log_a.events())}};
    auto b = channel{shared.device(), endpoints{endpoint<"x">(log_b.messages())}};
    check(a.start().has_value() and b.start().has_value());
    settle(shared, a, b);
    auto const from = b.template get<"x">();
    auto const announce = [&](address where, rpmsg::wire::announcement_kind kind) {
        auto payload = std::array<std::byte, 40>{};
        rpmsg::store(payload, rpmsg::wire::announce("x", where, kind));
        check(from.send_to(rpmsg::name_service_address, payload).has_value());
        settle(shared, a, b);
    };
    using kind = rpmsg::wire::announcement_kind;
    announce(address{1024}, kind::create);
    announce(address{2000}, kind::create);
    announce(address{2000}, kind::destroy);
    check(a.at(0).peer() == address{1024} and log_a.count(event_kind::bound) == 1 and log_a.count(event_kind::unbound) == 0);

    announce(address{1024}, kind::destroy);
    announce(address{1024}, kind::destroy);
    check(not a.at(0).is_bound() and log_a.count(event_kind::unbound) == 1);
    announce(address{3000}, kind::create);
    check(a.at(0).peer() == address{3000} and log_a.count(event_kind::bound) == 2);
    announce(rpmsg::any_address, kind::destroy);
    check(not a.at(0).is_bound());
    return true;
}

TEST_CASE("Two fixed addresses connect directly, without name service") {
    STATIC_REQUIRE(fixed_addresses_connect_without_name_service<acknowledged>());
    STATIC_REQUIRE(fixed_addresses_connect_without_name_service<unacknowledged>());
    CHECK(fixed_addresses_connect_without_name_service<acknowledged>());
}

TEST_CASE("70: an endpoint with a fixed peer rejects every other source") {
    STATIC_REQUIRE(a_fixed_peer_keeps_others_out<acknowledged>());
    STATIC_REQUIRE(a_fixed_peer_keeps_others_out<unacknowledged>());
    CHECK(a_fixed_peer_keeps_others_out<acknowledged>());
}

TEST_CASE("70: an endpoint without a peer learns it from the first message and from no other") {
    STATIC_REQUIRE(the_first_message_decides_the_peer<acknowledged>());
    STATIC_REQUIRE(the_first_message_decides_the_peer<unacknowledged>());
    CHECK(the_first_message_decides_the_peer<unacknowledged>());
}

TEST_CASE("A name that only one side knows is announced and can be found by its address") {
    STATIC_REQUIRE(a_name_on_one_side_is_announced_once<acknowledged>());
    STATIC_REQUIRE(a_name_on_one_side_is_announced_once<unacknowledged>());
    CHECK(a_name_on_one_side_is_announced_once<acknowledged>());
}

TEST_CASE("Names pair up whatever their order in the two tables") {
    STATIC_REQUIRE(names_pair_up_whatever_their_order<acknowledged>());
    STATIC_REQUIRE(names_pair_up_whatever_their_order<unacknowledged>());
    CHECK(names_pair_up_whatever_their_order<acknowledged>());
}

TEST_CASE("68, 69, 73, 75, 81: what cannot be delivered is counted by its reason, and the next message arrives") {
    STATIC_REQUIRE(what_cannot_be_delivered_is_counted<acknowledged>());
    STATIC_REQUIRE(what_cannot_be_delivered_is_counted<unacknowledged>());
    CHECK(what_cannot_be_delivered_is_counted<acknowledged>());
}

TEST_CASE("77, 79, 80: a bound name is not taken over, and is bound again only after it was withdrawn") {
    STATIC_REQUIRE(a_bound_name_is_not_taken_over<acknowledged>());
    STATIC_REQUIRE(a_bound_name_is_not_taken_over<unacknowledged>());
    CHECK(a_bound_name_is_not_taken_over<acknowledged>());
}

} // namespace
