#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/loopback.hpp>
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
using rpmsg::vring_config;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;
namespace dialects = rpmsg::wire::dialects;

constexpr auto destroy_of(std::string_view name, address where) {
    auto payload = std::array<std::byte, 40>{};
    rpmsg::store(payload, rpmsg::wire::announce(name, where, rpmsg::wire::announcement_kind::destroy));
    return payload;
}

enum class first { driver, device };

/// Start in either order, announce, bind, send by copy, fill in place, hold and release out of order, reply, run out of
/// buffers, become writable, destroy, close.
template <vring_config Config> constexpr auto converse(first order) -> bool {
    auto shared = two_sides<Config>{};
    auto host_log = recorder{};
    auto remote_log = recorder{};
    auto older = rpmsg::held_message{};
    auto newer = rpmsg::held_message{};

    auto remote = channel{shared.device(), endpoints{endpoint<"service">(
                                               [&](auto& side, message const& m) {
                                                   remote_log.add(m);
                                                   if (same(m.payload, "hold"_payload)) {
                                                       (older ? newer : older) = side.hold(m);
                                                   } else if (not same(m.payload, "quiet"_payload)) {
                                                       side.reply(m, "reply"_payload);
                                                   }
                                               },
                                               remote_log.events())}};
    auto host = channel{shared.driver(), endpoints{endpoint<"service">(host_log.messages(), host_log.events())}};

    // Either side may start first; its polls have no effect until the other one starts.
    if (order == first::driver) {
        check(host.start().has_value());
        host.poll();
        host.poll();
        check(remote.start().has_value());
    } else {
        check(remote.start().has_value());
        remote.poll();
        remote.poll();
        check(not remote.is_up());
        check(host.start().has_value());
    }
    settle(shared, host, remote);
    check(host.is_up() and remote.is_up());

    auto const from_host = host.template get<"service">();
    auto const from_remote = remote.template get<"service">();
    check(from_host.is_bound() and from_remote.is_bound());
    check(from_host.peer() == from_remote.self() and from_remote.peer() == from_host.self());
    check(host_log.recorded(0).kind == event_kind::link_up and host_log.recorded(1).kind == event_kind::bound);
    check(host_log.recorded(1).peer == from_remote.self());
    check(host_log.count(event_kind::bound) == 1 and remote_log.count(event_kind::bound) == 1);
    check(host_log.message_count() == 0 and remote_log.message_count() == 0);

    // A message by copy, and the reply; a message may be empty.
    check(from_host.send("hello"_payload).has_value());
    settle(shared, host, remote);
    check(remote_log.message_count() == 1 and same(remote_log.payload(0), "hello"_payload));
    check(remote_log.source(0) == from_host.self());
    check(host_log.message_count() == 1 and same(host_log.payload(0), "reply"_payload));
    check(host_log.source(0) == from_remote.self());
    check(from_host.send({}).has_value());
    settle(shared, host, remote);
    check(remote_log.message_count() == 2 and remote_log.size(1) == 0 and host_log.message_count() == 2);

    // A message in place, up to the last byte of the buffer, in both directions. An unused loan takes no buffer.
    {
        auto unused = from_host.reserve();
        check(unused.payload().size() == Config.size_of(1) - 16);
    }
    auto loan = from_host.reserve();
    rpmsg::copy("quiet"_payload, loan.payload());
    check(from_host.commit(std::move(loan), 5).has_value() and not loan);
    auto whole = from_remote.reserve();
    check(whole.payload().size() == Config.size_of(0) - 16);
    whole.payload().back() = std::byte{7};
    check(from_remote.commit(std::move(whole), Config.size_of(0) - 16).has_value());
    settle(shared, host, remote);
    check(same(remote_log.payload(2), "quiet"_payload));
    check(host_log.size(2) == Config.size_of(0) - 16 and host_log.payload(2).back() == std::byte{7});

    // Held messages keep their bytes while others are sent, and are released in any order.
    if (Config.buffers > 2) {
        check(from_host.send("hold"_payload).has_value() and from_host.send("hold"_payload).has_value());
        settle(shared, host, remote);
        check(older and newer);
        for (int i = 0; i < 2 * Config.buffers; ++i) {
            check(from_host.send("between"_payload).has_value());
            settle(shared, host, remote, 0, 2);
        }
        check(same(older.payload(), "hold"_payload) and same(newer.payload(), "hold"_payload));
        check(older.source() == from_host.self());
        newer.release();
        check(not newer and newer.payload().empty() and older);
        older.release();
    }

    // More than one round of the ring arrives in order.
    for (std::uint8_t i = 0; i < 2 * Config.buffers + 1; ++i) {
        auto const number = std::array{std::byte{i}};
        check(from_host.send(number).has_value());
        settle(shared, host, remote, 0, 2);
        check(remote_log.payload(remote_log.message_count() - 1)[0] == std::byte{i});
    }
    settle(shared, host, remote);

    // Without polls the buffers run out, and one event reports that they are back.
    auto const refused = host.counts()[counter::no_buffer];
    auto const writables = host_log.count(event_kind::writable);
    auto accepted = 0u;
    while (from_host.send("quiet"_payload).has_value()) {
        ++accepted;
    }
    check(accepted >= 1 and accepted <= Config.buffers);
    check(from_host.send("quiet"_payload).error() == error::no_buffer);
    check(not from_host.reserve() and from_host.reserve().refusal() == error::no_buffer);
    check(host.counts()[counter::no_buffer] == refused + 4);
    check(host_log.count(event_kind::writable) == writables);
    settle(shared, host, remote);
    check(host_log.count(event_kind::writable) == writables + 1);
    check(from_host.send("quiet"_payload).has_value());
    settle(shared, host, remote);

    // The peer withdraws its endpoint: this one is unbound once, and sends are refused.
    check(from_remote.send_to(rpmsg::name_service_address, destroy_of("service", from_remote.self())).has_value());
    settle(shared, host, remote);
    check(not from_host.is_bound() and host_log.count(event_kind::unbound) == 1);
    check(host_log.last(event_kind::unbound).peer == from_remote.self());
    check(from_host.send("lost"_payload).error() == error::not_bound);
    check(host.counts()[counter::not_bound] == 1);
    check(from_remote.is_bound());

    // After a close every call is refused.
    remote.close();
    check(not remote.is_up() and remote_log.count(event_kind::link_down) == 1);
    check(remote_log.last(event_kind::link_down).reason == rpmsg::down_reason::closed);
    check(from_remote.send("late"_payload).error() == error::closed);
    check(remote.counts()[counter::closed] == 1);
    check(remote_log.count(event_kind::unbound) == 1);
    for (auto const which :
         {counter::bad_index, counter::bad_id, counter::stale_loan, counter::wrong_peer, counter::no_endpoint,
          counter::bad_announcement, counter::bad_length, counter::doorbell_failed, counter::bad_descriptor}) {
        check(host.counts()[which] == 0 and remote.counts()[which] == 0);
    }
    return true;
}

template <vring_config Config> constexpr auto converse_in_both_orders() -> bool {
    return converse<Config>(first::driver) and converse<Config>(first::device);
}

constexpr auto ours = vring_config{.buffers = 2, .buffer_size = 64};
constexpr auto ours_by_index = vring_config{.buffers = 4, .buffer_size = 64, .batch = 4, .event_index = true};
constexpr auto one_buffer = vring_config{.buffers = 1, .buffer_size = 64};
constexpr auto one_buffer_by_index = vring_config{.buffers = 1, .buffer_size = 64, .event_index = true};
constexpr auto uneven = vring_config{.buffers = 8, .host_to_remote = 128, .remote_to_host = 60 + 16, .batch = 4};
constexpr auto openamp = vring_config{.buffers = 8, .buffer_size = 64, .dialect = dialects::openamp};
constexpr auto openamp_batched = vring_config{.buffers = 4, .buffer_size = 64, .batch = 4, .dialect = dialects::openamp};
constexpr auto openamp_one = vring_config{.buffers = 1, .buffer_size = 64, .dialect = dialects::openamp};
constexpr auto lite = vring_config{.buffers = 2, .buffer_size = 64, .dialect = dialects::rpmsg_lite};
constexpr auto lite_one = vring_config{.buffers = 1, .buffer_size = 64, .dialect = dialects::rpmsg_lite};
constexpr auto lite_batched =
    vring_config{.buffers = 8, .buffer_size = 64, .alignment = 16, .batch = 4, .dialect = dialects::rpmsg_lite};
constexpr auto linux_like = vring_config{.buffers = 8, .buffer_size = 64, .dialect = dialects::linux_virtio};
constexpr auto linux_by_index =
    vring_config{.buffers = 2, .buffer_size = 64, .event_index = true, .dialect = dialects::linux_virtio};
constexpr auto linux_uneven = vring_config{.buffers = 4,
                                           .host_to_remote = 256,
                                           .remote_to_host = 80,
                                           .batch = 4,
                                           .device_base = 0x1'0000'0000,
                                           .dialect = dialects::linux_virtio};
constexpr auto openvela = vring_config{.buffers = 8, .buffer_size = 64, .dialect = dialects::openvela};
constexpr auto nuttx_batched = vring_config{.buffers = 4, .buffer_size = 64, .batch = 4, .dialect = dialects::nuttx};

TEST_CASE("A whole conversation over the shipped rings is a constant") {
    STATIC_REQUIRE(converse_in_both_orders<ours>());
    STATIC_REQUIRE(converse_in_both_orders<ours_by_index>());
    STATIC_REQUIRE(converse_in_both_orders<one_buffer>());
    STATIC_REQUIRE(converse_in_both_orders<openamp>());
    STATIC_REQUIRE(converse_in_both_orders<lite>());
    STATIC_REQUIRE(converse_in_both_orders<linux_like>());
    STATIC_REQUIRE(converse_in_both_orders<linux_by_index>());
}

TEST_CASE("A whole conversation runs in every dialect, shape and notification mode") {
    CHECK(converse_in_both_orders<ours>());
    CHECK(converse_in_both_orders<ours_by_index>());
    CHECK(converse_in_both_orders<one_buffer>());
    CHECK(converse_in_both_orders<one_buffer_by_index>());
    CHECK(converse_in_both_orders<uneven>());
    CHECK(converse_in_both_orders<openamp>());
    CHECK(converse_in_both_orders<openamp_batched>());
    CHECK(converse_in_both_orders<openamp_one>());
    CHECK(converse_in_both_orders<lite>());
    CHECK(converse_in_both_orders<lite_one>());
    CHECK(converse_in_both_orders<lite_batched>());
    CHECK(converse_in_both_orders<linux_like>());
    CHECK(converse_in_both_orders<linux_by_index>());
    CHECK(converse_in_both_orders<linux_uneven>());
    CHECK(converse_in_both_orders<openvela>());
    CHECK(converse_in_both_orders<nuttx_batched>());
}

} // namespace
