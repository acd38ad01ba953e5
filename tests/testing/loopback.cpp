#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {

using rpmsg::channel;
using rpmsg::counter;
using rpmsg::down_reason;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::link_event;
using rpmsg::rx_outcome;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;

constexpr auto a_loopback_lends_and_delivers_like_a_link() -> bool {
    auto memory = loopback_memory<2, 8>{};
    auto a = loopback<true, 2, 8>{memory, 0};
    auto b = loopback<true, 2, 8>{memory, 1};
    check(not a.reserve() and a.poll(0).event == link_event::none);
    check(a.start().has_value() and a.poll(0).event == link_event::none);
    check(b.start().has_value() and b.poll(0).event == link_event::up and a.poll(0).event == link_event::up);
    check(a.tx_limit() == 8 and a.rx_limit() == 8 and a.max_frame == 24);

    auto const one = a.reserve();
    auto const two = a.reserve();
    check(one.space.size() == 8 and not a.reserve() and not a.writable());
    a.discard(one);
    check(a.writable());
    rpmsg::copy("second"_payload, two.space);
    check(a.commit(two, {.source = rpmsg::address{1}, .length = 6}) and not a.commit(two, {}));
    check(not a.commit(a.reserve(), {.length = 9}) and a.writable()); // the room is back
    a.discard({.token = 9});
    check(a.counts()[counter::stale_loan] == 2);

    auto const got = b.receive();
    check(got.outcome == rx_outcome::message and same(got.payload, "second"_payload));
    check(got.source == rpmsg::address{1} and b.receive().outcome == rx_outcome::none);
    b.release(got.token);
    b.release(got.token);
    check(b.counts()[counter::stale_loan] == 1);
    return true;
}

constexpr auto room_that_the_link_has_no_use_for_is_back() -> bool {
    auto memory = loopback_memory<1>{};
    auto a = loopback<true, 1>{memory, 0};
    auto b = loopback<true, 1>{memory, 1};
    check(a.start().has_value() and b.start().has_value());
    check(b.poll(0).event == link_event::up and a.poll(0).event == link_event::up);
    auto const room = a.reserve();
    b.close(); // and starts while a is still up with its earlier life
    check(not a.commit(room, {.length = 1}) and not a.commit(room, {.length = 1}));
    check(a.counts()[counter::stale_loan] == 1 and b.start().has_value());
    check(a.poll(0).event == link_event::down and a.poll(0).event == link_event::up and b.poll(0).event == link_event::up);
    return a.reserve() and not a.reserve();
}

constexpr auto a_new_life_ends_the_old_link_after_its_last_message() -> bool {
    auto memory = loopback_memory<>{};
    auto a = loopback<>{memory, 0};
    auto b = loopback<>{memory, 1};
    check(a.start().has_value() and b.start().has_value());
    check(a.poll(0).event == link_event::up and b.poll(0).event == link_event::up);
    check(b.commit(b.reserve(), {.length = 3}) and a.commit(a.reserve(), {.length = 4}));
    auto again = loopback<>{memory, 1};
    check(again.start().has_value() and again.poll(0).event == link_event::none);
    check(a.poll(0).event == link_event::none and a.next_deadline(5).is_set and not a.reserve());
    auto const last = a.receive();
    check(last.payload.size() == 3);
    auto const down = a.poll(0);
    check(down.event == link_event::down and down.reason == down_reason::peer_restarted and down.unreturned == 1);
    a.release(last.token);
    check(a.counts()[counter::stale_loan] == 1 and a.counts()[counter::lost_in_flight] == 1);
    check(again.poll(0).event == link_event::up and a.poll(0).event == link_event::up);
    check(again.receive().outcome == rx_outcome::none and static_cast<bool>(a.reserve()));
    again.close();
    check(a.poll(0).reason == down_reason::peer_stopped and not again.reserve());
    return true;
}

template <bool Acknowledged> constexpr auto two_channels_talk_over_a_loopback() -> bool {
    auto memory = loopback_memory<>{};
    auto log_a = recorder{};
    auto log_b = recorder{};
    auto a = channel{loopback<Acknowledged>{memory, 0}, endpoints{endpoint<"x">(log_a.messages(), log_a.events())}};
    auto b = channel{loopback<Acknowledged>{memory, 1}, endpoints{endpoint<"x">([&](auto& side, rpmsg::message const& m) {
                         log_b.add(m);
                         side.reply(m, "pong"_payload);
                     })}};
    check(b.start().has_value() and a.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    check(a.at(0).is_bound() and b.at(0).is_bound());
    for (std::uint32_t i = 0; i < 10; ++i) {
        check(a.at(0).send("ping"_payload).has_value());
        (void)b.poll();
        (void)a.poll();
        check(log_a.message_count() == i + 1 and log_b.message_count() == i + 1);
    }
    check(same(log_a.payload(9), "pong"_payload) and log_a.count(event_kind::bound) == 1);
    return true;
}

TEST_CASE("A loopback lends, delivers and counts like a link") {
    STATIC_REQUIRE(a_loopback_lends_and_delivers_like_a_link());
    CHECK(a_loopback_lends_and_delivers_like_a_link());
}

TEST_CASE("Room that is committed while the other end is gone serves the next life") {
    STATIC_REQUIRE(room_that_the_link_has_no_use_for_is_back());
    CHECK(room_that_the_link_has_no_use_for_is_back());
}

TEST_CASE("A new life at one end ends the link of the other after the last message of the old one") {
    STATIC_REQUIRE(a_new_life_ends_the_old_link_after_its_last_message());
    CHECK(a_new_life_ends_the_old_link_after_its_last_message());
}

TEST_CASE("Two channels talk over a loopback, acknowledged or not") {
    STATIC_REQUIRE(two_channels_talk_over_a_loopback<true>());
    STATIC_REQUIRE(two_channels_talk_over_a_loopback<false>());
    CHECK(two_channels_talk_over_a_loopback<false>());
}

} // namespace
