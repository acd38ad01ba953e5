// One side restarts over the same memory: the effects on the other side.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <utility>

namespace {

using rpmsg::address;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::down_reason;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::vring_config;
using rpmsg::testing::recorder;
namespace dialects = rpmsg::wire::dialects;

/// The side of a block that a test uses.
enum class role { driver, device };

template <role Role> constexpr auto transport_of(auto& shared) {
    if constexpr (Role == role::driver) {
        return shared.driver();
    } else {
        return shared.device();
    }
}
template <role Survivor> constexpr auto run(auto& shared, auto& survivor, auto& other, int rounds = 12) -> void {
    if constexpr (Survivor == role::driver) {
        settle(shared, survivor, other, 0, rounds);
    } else {
        settle(shared, other, survivor, 0, rounds);
    }
}

/// One side crashes with messages in flight in both directions while the survivor has a held message and loans; a new one
/// starts over the same memory.
template <vring_config Config, role Survivor> constexpr auto a_restart_brings_the_link_down_and_up_again() -> bool {
    constexpr auto mortal = Survivor == role::driver ? role::device : role::driver;
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto first_log = recorder{};
    auto second_log = recorder{};
    auto delivered_before_down = 0u;
    auto held = rpmsg::held_message{};

    auto survivor = channel{transport_of<Survivor>(shared), endpoints{endpoint<"service">(
                                                                [&](auto& side, message const& m) {
                                                                    log.add(m);
                                                                    if (same(m.payload, "hold"_payload)) {
                                                                        held = side.hold(m);
                                                                    }
                                                                },
                                                                [&](auto&, event const& what) {
                                                                    log.add(what);
                                                                    if (what.kind == event_kind::link_down) {
                                                                        delivered_before_down = log.message_count();
                                                                    }
                                                                })}};
    auto first = channel{transport_of<mortal>(shared), endpoints{endpoint<"service">(first_log.messages())}};
    check(survivor.start().has_value() and first.start().has_value());
    run<Survivor>(shared, survivor, first);
    auto const ours = survivor.template get<"service">();
    check(ours.is_bound());
    auto const address_before = ours.self();

    check(first.template get<"service">().send("hold"_payload).has_value());
    run<Survivor>(shared, survivor, first);
    check(held and log.message_count() == 1);
    auto loan = ours.reserve();
    auto dropped = ours.reserve();
    check(loan and dropped);

    // The last messages of the first channel, and two messages that it never reads.
    check(first.template get<"service">().send("last"_payload).has_value());
    check(first.template get<"service">().send("words"_payload).has_value());
    check(ours.send("unread 1"_payload).has_value() and ours.send("unread 2"_payload).has_value());

    auto second =
        channel{transport_of<mortal>(shared), endpoints{endpoint<"service">(second_log.messages(), second_log.events())}};
    check(second.start().has_value());
    run<Survivor>(shared, survivor, second);

    check(survivor.is_up() and second.is_up());
    check(log.count(event_kind::link_down) == 1 and log.count(event_kind::link_up) == 2);
    check(log.last(event_kind::link_down).reason == down_reason::peer_restarted);
    check(log.last(event_kind::link_down).unreturned == 2);
    check(delivered_before_down == 3 and same(log.payload(1), "last"_payload) and same(log.payload(2), "words"_payload));
    check(log.count(event_kind::unbound) == 1 and log.count(event_kind::bound) == 2);
    check(ours.is_bound() and ours.self() == address_before);
    check(ours.peer() == second.template get<"service">().self());
    check(second_log.count(event_kind::bound) == 1);
    check(survivor.counts()[counter::link_down] == 1 and survivor.counts()[counter::lost_in_flight] == 2);

    // Loans and messages from before the restart are stale: they are counted and have no other effect.
    check(ours.commit(std::move(loan), 4).error() == error::closed);
    { auto const gone = std::move(dropped); }
    held.release();
    check(survivor.counts()[counter::stale_loan] == 3);

    // Messages flow again, and none from before the restart is among them.
    check(second_log.message_count() == 0 and log.message_count() == 3);
    for (int i = 0; i < 2 * Config.buffers; ++i) {
        check(ours.send("there"_payload).has_value());
        check(second.template get<"service">().send("here"_payload).has_value());
        run<Survivor>(shared, survivor, second, 2);
    }
    check(second_log.message_count() == 2u * Config.buffers and log.message_count() == 3 + 2u * Config.buffers);
    check(same(log.payload(3), "here"_payload) and same(second_log.payload(0), "there"_payload));
    check(survivor.counts()[counter::bad_id] == 0 and survivor.counts()[counter::bad_index] == 0);
    check(second.counts()[counter::bad_id] == 0 and second.counts()[counter::bad_index] == 0);
    return true;
}

/// Two restarts, the second one after `polls` rounds, also during the handshake of the first one.
template <vring_config Config, role Survivor> constexpr auto a_restart_within_a_restart_converges(int polls) -> bool {
    constexpr auto mortal = Survivor == role::driver ? role::device : role::driver;
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto last_log = recorder{};
    auto survivor = channel{transport_of<Survivor>(shared), endpoints{endpoint<"service">(log.messages(), log.events())}};
    auto first = channel{transport_of<mortal>(shared), endpoints{endpoint<"service">(last_log.messages())}};
    check(survivor.start().has_value() and first.start().has_value());
    run<Survivor>(shared, survivor, first);
    auto second = channel{transport_of<mortal>(shared), endpoints{endpoint<"service">(last_log.messages())}};
    check(second.start().has_value());
    run<Survivor>(shared, survivor, second, polls);
    auto third = channel{transport_of<mortal>(shared), endpoints{endpoint<"service">(last_log.messages())}};
    check(third.start().has_value());
    run<Survivor>(shared, survivor, third);
    check(survivor.is_up() and third.is_up());
    check(survivor.at(0).send("ping"_payload).has_value() and third.at(0).send("pong"_payload).has_value());
    run<Survivor>(shared, survivor, third);
    check(same(log.payload(log.message_count() - 1), "pong"_payload));
    check(same(last_log.payload(last_log.message_count() - 1), "ping"_payload));
    check(log.count(event_kind::link_down) + 1 == log.count(event_kind::link_up));
    return true;
}

/// Both sides restart at once (53); either polls first.
template <vring_config Config, role First> constexpr auto both_may_restart_at_once() -> bool {
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    {
        auto host = channel{shared.driver(), endpoints{endpoint<"service">(log.messages())}};
        auto remote = channel{shared.device(), endpoints{endpoint<"service">(log.messages())}};
        check(host.start().has_value() and remote.start().has_value());
        settle(shared, host, remote);
        check(host.at(0).send("old"_payload).has_value() and remote.at(0).send("old"_payload).has_value());
    }
    auto host = channel{shared.driver(), endpoints{endpoint<"service">(log.messages())}};
    auto remote = channel{shared.device(), endpoints{endpoint<"service">(log.messages())}};
    if (First == role::driver) {
        check(host.start().has_value() and remote.start().has_value());
    } else {
        check(remote.start().has_value());
        (void)remote.poll();
        check(not remote.is_up());
        check(host.start().has_value());
    }
    settle(shared, host, remote, 0, 12);
    check(host.is_up() and remote.is_up() and log.message_count() == 0);
    check(host.at(0).send("new"_payload).has_value() and remote.at(0).send("new"_payload).has_value());
    settle(shared, host, remote);
    check(log.message_count() == 2);
    return true;
}

constexpr auto ours_by_flags = vring_config{.buffers = 8, .buffer_size = 64};
constexpr auto ours_by_index = vring_config{.buffers = 8, .buffer_size = 64, .batch = 4, .event_index = true};

TEST_CASE("48, 51: a restarted peer brings the link down, with what it had said delivered, and up again") {
    STATIC_REQUIRE(a_restart_brings_the_link_down_and_up_again<ours_by_flags, role::driver>());
    STATIC_REQUIRE(a_restart_brings_the_link_down_and_up_again<ours_by_flags, role::device>());
    STATIC_REQUIRE(a_restart_brings_the_link_down_and_up_again<ours_by_index, role::driver>());
    CHECK(a_restart_brings_the_link_down_and_up_again<ours_by_index, role::device>());
}

TEST_CASE("53: a restart within a restart converges, wherever the first one had come to") {
    STATIC_REQUIRE(a_restart_within_a_restart_converges<ours_by_flags, role::driver>(1));
    STATIC_REQUIRE(a_restart_within_a_restart_converges<ours_by_flags, role::device>(1));
    for (int polls = 0; polls < 8; ++polls) {
        CAPTURE(polls);
        CHECK(a_restart_within_a_restart_converges<ours_by_flags, role::driver>(polls));
        CHECK(a_restart_within_a_restart_converges<ours_by_flags, role::device>(polls));
        CHECK(a_restart_within_a_restart_converges<ours_by_index, role::driver>(polls));
        CHECK(a_restart_within_a_restart_converges<ours_by_index, role::device>(polls));
    }
}

TEST_CASE("53: both sides may restart at once") {
    STATIC_REQUIRE(both_may_restart_at_once<ours_by_flags, role::driver>());
    STATIC_REQUIRE(both_may_restart_at_once<ours_by_flags, role::device>());
    CHECK(both_may_restart_at_once<ours_by_index, role::driver>());
    CHECK(both_may_restart_at_once<ours_by_index, role::device>());
}

// Dialects of other implementations, which do not detect every restart.

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};
constexpr auto lite = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::rpmsg_lite};
constexpr auto linux_like = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::linux_virtio};

/// An OpenAMP host clears the status byte when it closes; a device that polls before the next start detects it.
constexpr auto a_cleared_status_byte_brings_the_device_down() -> bool {
    auto shared = two_sides<openamp>{};
    auto log = recorder{};
    auto remote = channel{shared.device(), endpoints{endpoint<"service">(log.messages(), log.events())}};
    auto host = channel{shared.driver(), endpoints{endpoint<"service">(log.messages())}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote);
    check(remote.at(0).send("unread"_payload).has_value());
    host.close();
    (void)remote.poll();
    check(not remote.is_up() and log.last(event_kind::link_down).reason == down_reason::peer_stopped);
    check(log.last(event_kind::link_down).unreturned == 1);
    auto again = channel{shared.driver(), endpoints{endpoint<"service">(log.messages())}};
    check(again.start().has_value());
    settle(shared, again, remote);
    check(remote.is_up() and remote.at(0).is_bound() and again.at(0).is_bound());
    return true;
}

/// A restarted device continues at the state of the rings: messages that were returned are not delivered again, the others
/// are delivered; the driver does not detect the restart.
template <vring_config Config> constexpr auto a_restarted_device_continues_where_the_rings_stand() -> bool {
    auto shared = two_sides<Config>{};
    auto host_log = recorder{};
    auto first_log = recorder{};
    auto second_log = recorder{};
    auto host = channel{shared.driver(), endpoints{endpoint<"service">(host_log.messages(), host_log.events())}};
    auto first = channel{shared.device(), endpoints{endpoint<"service">(first_log.messages())}};
    check(host.start().has_value() and first.start().has_value());
    settle(shared, host, first);
    for (int i = 0; i < 5; ++i) {
        check(host.at(0).send("read"_payload).has_value() and first.at(0).send("sent"_payload).has_value());
        settle(shared, host, first);
    }
    check(host.at(0).send("unread"_payload).has_value());

    auto second = channel{shared.device(), endpoints{endpoint<"service">(second_log.messages())}};
    check(second.start().has_value());
    second.notify(0);
    settle(shared, host, second);
    check(second.is_up() and second_log.message_count() == 1 and same(second_log.payload(0), "unread"_payload));
    check(second.at(0).send("here again"_payload).has_value());
    check(host.at(0).send("welcome"_payload).has_value());
    settle(shared, host, second);
    check(same(host_log.payload(5), "here again"_payload) and same(second_log.payload(1), "welcome"_payload));
    check(host_log.count(event_kind::link_down) == 0 and host_log.count(event_kind::bound) == 1);
    check(host.counts()[counter::bad_id] == 0 and second.counts()[counter::bad_id] == 0);
    return true;
}

/// Where a dialect does not detect a driver's restart the user calls `reset`, before or after the driver's first poll.
template <vring_config Config>
constexpr auto reset_is_the_way_where_nothing_tells_of_a_restart(std::uint32_t sent_before, bool is_late) -> bool {
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto host_log = recorder{};
    auto remote = channel{shared.device(), endpoints{endpoint<"service">(log.messages(), log.events())}};
    auto host = channel{shared.driver(), endpoints{endpoint<"service">(host_log.messages())}};
    check(host.start().has_value() and remote.start().has_value());
    settle(shared, host, remote);
    for (std::uint32_t i = 0; i < sent_before; ++i) {
        check(remote.at(0).send("before"_payload).has_value());
        settle(shared, host, remote);
    }

    auto again = channel{shared.driver(), endpoints{endpoint<"service">(host_log.messages())}};
    check(again.start().has_value());
    if (is_late) {
        (void)again.poll();
    }
    check(remote.reset().has_value());
    check(log.last(event_kind::link_down).reason == down_reason::closed);
    settle(shared, again, remote);
    check(remote.is_up() and again.is_up() and remote.at(0).is_bound() and again.at(0).is_bound());
    check(remote.at(0).send("after"_payload).has_value());
    settle(shared, again, remote);
    check(same(host_log.payload(sent_before), "after"_payload));
    check(again.counts()[counter::bad_index] == 0 and again.counts()[counter::bad_id] == 0);
    return true;
}

TEST_CASE("51: a cleared status byte brings a device of the openamp dialect down and lets it come up again") {
    STATIC_REQUIRE(a_cleared_status_byte_brings_the_device_down());
    CHECK(a_cleared_status_byte_brings_the_device_down());
}

TEST_CASE("51: a restarted device continues where the rings stand") {
    STATIC_REQUIRE(a_restarted_device_continues_where_the_rings_stand<openamp>());
    STATIC_REQUIRE(a_restarted_device_continues_where_the_rings_stand<lite>());
    STATIC_REQUIRE(a_restarted_device_continues_where_the_rings_stand<linux_like>());
    CHECK(a_restarted_device_continues_where_the_rings_stand<lite>());
}

TEST_CASE("51: reset() is the way where a dialect does not detect a restart") {
    STATIC_REQUIRE(reset_is_the_way_where_nothing_tells_of_a_restart<openamp>(1, false));
    STATIC_REQUIRE(reset_is_the_way_where_nothing_tells_of_a_restart<lite>(1, false));
    STATIC_REQUIRE(reset_is_the_way_where_nothing_tells_of_a_restart<linux_like>(1, false));
    for (std::uint32_t sent_before = 0; sent_before < 10; ++sent_before) {
        for (auto const is_late : {false, true}) {
            CAPTURE(sent_before, is_late);
            CHECK(reset_is_the_way_where_nothing_tells_of_a_restart<openamp>(sent_before, is_late));
            CHECK(reset_is_the_way_where_nothing_tells_of_a_restart<lite>(sent_before, is_late));
            CHECK(reset_is_the_way_where_nothing_tells_of_a_restart<linux_like>(sent_before, is_late));
        }
    }
}

/// A thread still fills a loan while the link restarts: the buffer is not used for another message until that loan ends.
template <vring_config Config, role Survivor> constexpr auto a_late_loan_touches_no_message(bool resets) -> bool {
    constexpr auto mortal = Survivor == role::driver ? role::device : role::driver;
    auto shared = two_sides<Config>{};
    auto log = recorder{};
    auto survivor = channel{transport_of<Survivor>(shared), endpoints{endpoint<0x100, 0x200>([](auto&, message const&) {})}};
    auto first = channel{transport_of<mortal>(shared), endpoints{endpoint<0x200, 0x100>([](auto&, message const&) {})}};
    check(survivor.start().has_value() and first.start().has_value());
    run<Survivor>(shared, survivor, first);
    check(survivor.is_up());
    auto late = survivor.at(0).reserve();
    check(static_cast<bool>(late));

    auto second = channel{transport_of<mortal>(shared), endpoints{endpoint<0x200, 0x100>(log.messages())}};
    check(second.start().has_value());
    run<Survivor>(shared, survivor, second);
    if (resets) { // the dialect does not detect the restart
        check(survivor.reset().has_value());
        run<Survivor>(shared, survivor, second);
    }
    check(survivor.is_up() and second.is_up());
    auto const fill = [&] {
        auto sent = 0u;
        while (survivor.at(0).send("mine"_payload).has_value()) {
            ++sent;
        }
        return sent;
    };
    auto const sent = fill();
    rpmsg::copy("late"_payload, late.payload()); // after the commits, before the peer reads
    run<Survivor>(shared, survivor, second);
    check(sent == Config.buffers - 1 and log.message_count() == sent);
    for (std::uint32_t i = 0; i < sent; ++i) {
        check(same(log.payload(i), "mine"_payload));
    }
    // After the end of the loan all buffers are used again.
    check(survivor.at(0).commit(std::move(late), 4).error() == error::closed);
    check(survivor.counts()[counter::stale_loan] == 1);
    check(fill() == Config.buffers);
    run<Survivor>(shared, survivor, second);
    return log.message_count() == sent + Config.buffers;
}
constexpr auto seen = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto silent = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};
constexpr auto silent_and_prefilled = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::rpmsg_lite};

TEST_CASE("A loan that is filled across a restart is nobody else's message, and its buffer serves again when it ends") {
    STATIC_REQUIRE(a_late_loan_touches_no_message<seen, role::driver>(false));
    STATIC_REQUIRE(a_late_loan_touches_no_message<seen, role::device>(false));
    CHECK(a_late_loan_touches_no_message<seen, role::device>(false));
    CHECK(a_late_loan_touches_no_message<silent, role::device>(true));
    CHECK(a_late_loan_touches_no_message<silent_and_prefilled, role::device>(true));
}

} // namespace
