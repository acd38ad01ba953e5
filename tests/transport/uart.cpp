#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::uart;
using rpmsg::uart_config;
using rpmsg::uart_storage;
using rpmsg::testing::recorder;
using wire = rpmsg::testing::line<512>;
using end = rpmsg::testing::line_end<wire>;

/// Two channels over a line; b sends each message back to a.
template <uart_config Config> constexpr auto two_channels_talk_over_a_line() -> bool {
    auto there = wire{};
    auto back = wire{};
    auto storage_a = uart_storage<Config>{};
    auto storage_b = uart_storage<Config>{};
    auto log = recorder{};
    auto a = channel{uart<Config, end>{storage_a, end{&there, &back}}, endpoints{endpoint<"x">(log.messages(), log.events())}};
    auto b = channel{uart<Config, end>{storage_b, end{&back, &there}},
                     endpoints{endpoint<"x">([](auto& side, rpmsg::message const& m) { side.reply(m, m.payload); })}};
    if constexpr (Config.profile == rpmsg::uart_profile::reliable) {
        check(a.start().error() == rpmsg::error::not_identified);
        a.transport().identify(1);
        b.transport().identify(2);
    }
    check(b.start().has_value() and a.start().has_value());
    for (int i = 0; i < 6; ++i) {
        (void)a.poll();
        (void)b.poll();
    }
    check(a.at(0).is_bound() and b.at(0).is_bound() and log.count(event_kind::bound) == 1);
    auto text = std::array<std::byte, 16>{};
    for (std::uint32_t i = 0; i < 40; ++i) {
        text.fill(static_cast<std::byte>(0x68 + i));
        check(a.at(0).send(text).has_value());
        (void)b.poll();
        (void)a.poll();
        check(log.message_count() == i + 1 and same(log.payload(i), text));
    }
    check(a.transport().uart_counters() == rpmsg::uart_counters{} and b.transport().uart_counters() == rpmsg::uart_counters{});
    return true;
}

constexpr auto small = uart_config{.tx_buffers = 2, .rx_buffers = 2, .payload = 48};
constexpr auto openvela = [] {
    auto config = small;
    config.dialect = rpmsg::wire::uart_dialects::openvela;
    return config;
}();
constexpr auto reliable = [] {
    auto config = small;
    config.profile = rpmsg::uart_profile::reliable;
    return config;
}();

} // namespace

TEST_CASE("Two channels talk over a line in NuttX's frames") {
    STATIC_REQUIRE(two_channels_talk_over_a_line<small>());
    CHECK(two_channels_talk_over_a_line<small>());
}

TEST_CASE("Two channels talk over a line in openvela's frames") { CHECK(two_channels_talk_over_a_line<openvela>()); }

TEST_CASE("Two channels talk over a line in reliable frames, each with an identity") {
    STATIC_REQUIRE(two_channels_talk_over_a_line<reliable>());
    CHECK(two_channels_talk_over_a_line<reliable>());
}
