// Frames byte for byte as NuttX and openvela lay them, worked out by hand and with the checks of an
// independent program.
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "uart/raw_peer.hpp"
#include <array>
#include <cstdint>

namespace {

using rpmsg::uart_config;
namespace dialects = rpmsg::wire::uart_dialects;

template <std::size_t Size> constexpr auto as_bytes(std::array<std::uint8_t, Size> const& from) {
    return std::bit_cast<std::array<std::byte, Size>>(from);
}

// "pq{~" from 1024 to 1025: four codes of apache's, three of openvela's.
constexpr auto from_apache = as_bytes(std::array<std::uint8_t, 34>{
    0x7f, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x04, 0x00, 0x00, 0x01, 0x04, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x7c, 0x50, 0x7c, 0x51, 0x7c, 0x5b, 0x7c, 0x5e, 0x70});
constexpr auto from_openvela = as_bytes(std::array<std::uint8_t, 32>{
    0x7f, 0xf7, 0xd6, 0x00, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x04, 0x00, 0x00, 0x01, 0x04, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x70, 0x71, 0x7b, 0x5b, 0x7b, 0x5e, 0x7e});
constexpr auto unchecked = as_bytes(std::array<std::uint8_t, 34>{
    0x7f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x04, 0x00, 0x00, 0x01, 0x04, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x7c, 0x50, 0x7c, 0x51, 0x7c, 0x5b, 0x7c, 0x5e, 0x70});

constexpr auto codes_in_it = "pq{~"_payload;

template <rpmsg::uart_config Config> constexpr auto is_sent_and_received(rpmsg::const_bytes frame) -> bool {
    auto peer = raw_peer<Config>{};
    peer.connect();
    check(peer.send(codes_in_it) and peer.heard(frame));
    peer.end.feed(frame);
    auto const got = peer.end.receive();
    check(got.outcome == rpmsg::rx_outcome::message and same(got.payload, codes_in_it));
    check(got.source == rpmsg::address{1024} and got.destination == rpmsg::address{1025});
    return true;
}

} // namespace

TEST_CASE("A frame of apache's NuttX is sent and received byte for byte") {
    STATIC_REQUIRE(is_sent_and_received<uart_config{.payload = 64}>(from_apache));
    CHECK(is_sent_and_received<uart_config{.payload = 64}>(from_apache));
}

TEST_CASE("A frame of openvela's NuttX is sent and received byte for byte") {
    STATIC_REQUIRE(is_sent_and_received<uart_config{.payload = 64, .dialect = dialects::openvela}>(from_openvela));
    CHECK(is_sent_and_received<uart_config{.payload = 64, .dialect = dialects::openvela}>(from_openvela));
}

TEST_CASE("Without checks a frame carries the check 0") {
    STATIC_REQUIRE(is_sent_and_received<uart_config{.payload = 64, .check = rpmsg::uart_check::off}>(unchecked));
}

TEST_CASE("Where checks are required a frame with the check 0 is dropped, and its sender refused") {
    auto peer = raw_peer<uart_config{.payload = 64}>{};
    peer.connect();
    peer.end.feed(unchecked);
    CHECK(peer.end.receive().outcome == rpmsg::rx_outcome::dropped);
    CHECK(peer.end.receive().outcome == rpmsg::rx_outcome::ended);
    CHECK(peer.poll().reason == rpmsg::down_reason::incompatible);
    CHECK(peer.end.uart_counters() == rpmsg::uart_counters{.bad_check = 1});
}
