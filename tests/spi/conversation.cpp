#include <catch2/catch_test_macros.hpp>

#include "pair.hpp"
#include <cstdint>
#include <optional>

namespace {
using namespace spi_tests;
using rpmsg::channel;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::testing::recorder;

/// Names are found in both directions, messages and answers cross, in both orders of starting.
template <spi_config Config> constexpr auto two_channels_talk(bool controller_first) -> bool {
    auto pair = bus_of_two<Config>{};
    auto log = recorder{};
    auto a = channel{pair.controller(),
                     endpoints{endpoint<"echo">(log.messages(), log.events()), endpoint<"only-here">(log.messages())}};
    auto b =
        channel{pair.peripheral(), endpoints{endpoint<"echo">([](auto& link, message const& m) { link.reply(m, m.payload); })}};
    if (controller_first) {
        check(a.start().has_value());
        pair.settle(a, b);
        check(b.start().has_value());
    } else {
        check(b.start().has_value());
        pair.settle(a, b);
        check(a.start().has_value());
    }
    pair.settle(a, b);
    check(a.is_up() and b.is_up() and a.at(0).is_bound() and b.at(0).is_bound() and not a.at(1).is_bound());
    for (std::uint32_t i = 0; i < 20; ++i) {
        check(a.at(0).send(numbered<24>(i)).has_value());
        pair.settle(a, b);
        check(log.message_count() == i + 1 and same(log.payload(i), numbered<24>(i)));
    }
    b.close();
    pair.settle(a, b);
    if (Config.profile != spi_profile::openvela) { // it has no word for it
        check(not a.is_up() and not a.at(0).is_bound() and log.count(event_kind::link_down) == 1);
    }
    check(b.start().has_value());
    pair.settle(a, b);
    check(a.is_up() and a.at(0).is_bound() and log.count(event_kind::link_up) == 2);
    check(a.counts()[counter::bad_frame] == 0 and b.counts()[counter::bad_frame] == 0);
    return true;
}

/// Both sides send as fast as they can, for a long time; each message comes once and in order.
template <spi_config Config> constexpr auto both_burst(std::uint32_t messages) -> bool {
    auto pair = bus_of_two<Config>{};
    std::uint32_t heard = 0;
    std::uint32_t heard_there = 0;
    auto a = channel{pair.controller(), endpoints{endpoint<0x100, 0x100>(
                                            [&](auto&, message const& m) { check(same(m.payload, numbered<24>(heard++))); })}};
    auto b = channel{pair.peripheral(), endpoints{endpoint<0x100, 0x100>([&](auto&, message const& m) {
                         check(same(m.payload, numbered<24>(heard_there++)));
                     })}};
    check(a.start().has_value() and b.start().has_value());
    pair.settle(a, b);
    std::uint32_t sent = 0;
    std::uint32_t sent_there = 0;
    for (auto idle = 0; idle < 3 and (heard < messages or heard_there < messages);) {
        auto const before = sent + sent_there;
        while (sent < messages and a.at(0).send(numbered<24>(sent))) {
            ++sent;
        }
        while (sent_there < messages and b.at(0).send(numbered<24>(sent_there))) {
            ++sent_there;
        }
        idle = pair.turn(a, b, 0) or sent + sent_there > before ? 0 : idle + 1;
    }
    check(heard == messages and heard_there == messages);
    return true;
}

/// Every message is kept for a while: the sender waits for room, nothing is lost, nothing is dropped.
template <spi_config Config> constexpr auto held_messages_stop_the_sender() -> bool {
    auto pair = bus_of_two<Config>{};
    std::uint32_t heard = 0;
    auto kept = std::array<rpmsg::held_message, Config.receive_buffers>{};
    auto a = channel{pair.controller(), endpoints{endpoint<0x100, 0x100>([](auto&, message const&) {})}};
    auto b = channel{pair.peripheral(), endpoints{endpoint<0x100, 0x100>([&](auto& link, message const& m) {
                         check(same(m.payload, numbered<16>(heard)));
                         kept[heard++ % Config.receive_buffers] = link.hold(m);
                     })}};
    check(a.start().has_value() and b.start().has_value());
    pair.settle(a, b);
    std::uint32_t sent = 0;
    for (auto round = 0; round < 10; ++round) {
        while (a.at(0).send(numbered<16>(sent))) {
            ++sent;
            pair.settle(a, b);
        }
        check(heard < sent and b.counts()[counter::bad_frame] == 0);
        for (auto& each : kept) {
            each.release();
            pair.settle(a, b);
        }
    }
    for (auto last = heard + 1; last != heard;) {
        last = heard;
        for (auto& each : kept) {
            each.release();
        }
        pair.settle(a, b);
    }
    check(heard == sent and sent > 20);
    return true;
}
} // namespace

TEST_CASE("two channels find each other's names over SPI and talk") {
    STATIC_REQUIRE(two_channels_talk<nuttx>(true));
    STATIC_REQUIRE(two_channels_talk<reliable>(false));
    CHECK(two_channels_talk<nuttx>(false));
    CHECK(two_channels_talk<reliable>(true));
    CHECK(two_channels_talk<openvela>(true));
    CHECK(two_channels_talk<openvela>(false));
    CHECK(two_channels_talk<smallest>(true));
    CHECK(two_channels_talk<smallest_reliable>(false));
}

TEST_CASE("both sides burst at once and neither stops nor loses a message") {
    std::uint32_t volatile messages = 70'000; // past the end of the numbers
    CHECK(both_burst<nuttx>(messages));
    CHECK(both_burst<reliable>(messages));
    CHECK(both_burst<smallest>(messages));
    CHECK(both_burst<smallest_reliable>(messages));
}

TEST_CASE("messages that are held stop the sender, and nothing is lost") {
    CHECK(held_messages_stop_the_sender<nuttx>());
    CHECK(held_messages_stop_the_sender<reliable>());
    CHECK(held_messages_stop_the_sender<smallest>());
}
