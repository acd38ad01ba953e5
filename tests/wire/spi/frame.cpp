#include <rpmsg/wire/spi/frame.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;
using wire::spi_command;
using wire::spi_content;
using wire::spi_dialect;
namespace dialects = wire::spi_dialects;

constexpr std::uint32_t size = 64;
using frame = std::array<std::byte, size>;

/// The first bytes of a frame as a peer sends them, with zeroes behind.
template <typename... Octets> consteval auto golden(Octets... octets) -> frame { return {static_cast<std::byte>(octets)...}; }
// The checks were computed by a program of its own.
constexpr auto nuttx_connect =
    golden(0x06, 0x99, 0x01, 0x00, 0x06, 0x00, 0x08, 0x00, 'a', 'u', 'd', 'i', 'o'); // the name is outside of the check
constexpr auto nuttx_available = golden(0x06, 0x22, 0x02, 0x00, 0x00, 0x00, 0x08, 0x00);
constexpr auto nuttx_data =
    golden(0xb1, 0x2b, 0x03, 0x00, 0x06, 0x00, 0x1d, 0x00, 0x00, 0x04, 0x00, 0x00, 0x35, 0x00, 0x00, 0x00, //
           0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 'h', 'e', 'l', 'l', 'o');
constexpr auto nuttx_shutdown = golden(0x07, 0x2e, 0x06, 0x00, 0x06, 0x00, 0x08, 0x00);
constexpr auto openvela_connect = golden(0x88, 0x26, 0x01, 0x00, 0x06, 0x00, 0x40, 0x00, 'a', 'u', 'd', 'i', 'o');
constexpr auto openvela_available = golden(0xff, 0x56, 0x02, 0x00, 0x00, 0x00, 0x40, 0x00);
constexpr auto openvela_data =
    golden(0x73, 0x68, 0x03, 0x00, 0x06, 0x00, 0x1d, 0x00, 0x00, 0x04, 0x00, 0x00, 0x35, 0x00, 0x00, 0x00, //
           0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 'h', 'e', 'l', 'l', 'o');

/// A frame as this library builds it.
template <spi_dialect Dialect>
constexpr auto built(spi_command command, std::uint16_t available, bool with_name = false) -> frame {
    using format = wire::spi_frame<Dialect>;
    auto made = frame{};
    auto content = spi_content{.command = command, .available = available};
    if (command == spi_command::data) {
        content.length = 5;
        store(bytes{made}.subspan(format::header_offset),
              wire::header{.source = address{1024}, .destination = name_service_address, .length = 5});
        copy("hello"_payload, bytes{made}.subspan(format::payload_offset));
    }
    if (with_name) {
        format::name(made, wire::pad("audio"));
    }
    format::finish(made, content);
    return made;
}

template <spi_dialect Dialect> constexpr auto command_of(frame const& received) -> spi_command {
    return wire::spi_frame<Dialect>::read(received).command;
}

constexpr auto with_length(frame from, std::uint16_t length) -> frame {
    store(bytes{from}.subspan(6), length);
    return from;
}
constexpr auto with_inner_length(frame from, std::uint16_t length) -> frame {
    store(bytes{from}.subspan(20), length);
    return from;
}
constexpr auto unchecked = spi_dialect{.check = wire::crc16_arc, .is_checked = false};

constexpr auto every_flip_in_what_the_check_covers_is_seen() -> bool {
    for (std::size_t bit = 0; bit < 29 * 8; ++bit) {
        auto flipped = nuttx_data;
        flipped[bit / 8] ^= std::byte{1} << (bit % 8);
        check(command_of<dialects::nuttx>(flipped) == spi_command::none);
    }
    return true;
}
constexpr auto lengths_are_bounded_first() -> bool {
    for (auto const wrong : {0, 7, 65, 4096, 0xffff}) {
        check(command_of<unchecked>(with_length(nuttx_data, static_cast<std::uint16_t>(wrong))) == spi_command::none);
        check(command_of<dialects::nuttx>(with_length(nuttx_data, static_cast<std::uint16_t>(wrong))) == spi_command::none);
    }
    for (auto const wrong : {0, 4, 6, 40, 41, 0xffff, 0xfff0}) {
        check(command_of<unchecked>(with_inner_length(nuttx_data, static_cast<std::uint16_t>(wrong))) == spi_command::none);
    }
    for (auto const wrong : {8, 23, 24, 28, 30, 64}) {
        check(command_of<unchecked>(with_length(nuttx_data, static_cast<std::uint16_t>(wrong))) == spi_command::none);
    }
    check(command_of<unchecked>(with_inner_length(with_length(nuttx_data, 64), 40)) == spi_command::data);
    return true;
}
constexpr auto stamps_stand_behind_the_message() -> bool {
    using format = wire::spi_frame<dialects::nuttx>;
    auto stamped = nuttx_data;
    format::stamp(stamped, 0x1122'3344'5566'7788, false);
    format::stamp(stamped, 0x99, true);
    check(load<std::uint64_t>(bytes{stamped}.subspan(48)) == 0x1122'3344'5566'7788);
    check(load<std::uint64_t>(bytes{stamped}.subspan(56)) == 0x99);
    check(format::read(stamped).command == spi_command::data);
    auto full = with_inner_length(with_length(nuttx_data, 49), 25);
    format::stamp(full, 1, true);
    check(same(full, with_inner_length(with_length(nuttx_data, 49), 25)));
    auto openvela = openvela_data;
    wire::spi_frame<dialects::openvela>::stamp(openvela, 1, true);
    check(same(openvela, openvela_data));
    return true;
}

/// Only a frame that is one of a sender without checks says so, not one that noise has struck.
constexpr auto a_frame_without_a_check_is_known() -> bool {
    using strict = wire::spi_frame<dialects::nuttx>;
    auto struck = nuttx_connect;
    struck[0] ^= std::byte{1};
    check(not strict::read(nuttx_connect).is_unchecked and not strict::read(struck).is_unchecked);
    auto bare = nuttx_connect;
    store(bare, std::uint16_t{});
    check(strict::read(bare).command == spi_command::none and strict::read(bare).is_unchecked);
    for (auto const command : {0, 7, 0xff}) {
        bare[2] = static_cast<std::byte>(command);
        check(not strict::read(bare).is_unchecked);
    }
    return not strict::read(frame{}).is_unchecked;
}
} // namespace

TEST_CASE("frames are those of NuttX, byte for byte") {
    STATIC_REQUIRE(built<dialects::nuttx>(spi_command::connect, 6, true) == nuttx_connect);
    STATIC_REQUIRE(built<dialects::nuttx>(spi_command::available, 0) == nuttx_available);
    STATIC_REQUIRE(built<dialects::nuttx>(spi_command::data, 6) == nuttx_data);
    STATIC_REQUIRE(built<dialects::nuttx>(spi_command::shutdown, 6) == nuttx_shutdown);
}

TEST_CASE("frames are those of openvela, byte for byte") {
    STATIC_REQUIRE(built<dialects::openvela>(spi_command::connect, 6, true) == openvela_connect);
    STATIC_REQUIRE(built<dialects::openvela>(spi_command::available, 0) == openvela_available);
    STATIC_REQUIRE(built<dialects::openvela>(spi_command::data, 6) == openvela_data);
}

TEST_CASE("a frame is read as it was written") {
    STATIC_REQUIRE(command_of<dialects::nuttx>(nuttx_connect) == spi_command::connect);
    STATIC_REQUIRE(command_of<dialects::nuttx>(nuttx_shutdown) == spi_command::shutdown);
    STATIC_REQUIRE(wire::spi_frame<dialects::nuttx>::read(nuttx_available).available == 0);
    STATIC_REQUIRE(wire::spi_frame<dialects::nuttx>::read(nuttx_data).length == 5);
    STATIC_REQUIRE(wire::spi_frame<dialects::openvela>::read(openvela_data).available == 6);
    STATIC_REQUIRE(command_of<dialects::openvela>(openvela_connect) == spi_command::connect);
}

TEST_CASE("the dialects refuse each other's frames") {
    STATIC_REQUIRE(command_of<dialects::openvela>(nuttx_data) == spi_command::none);
    STATIC_REQUIRE(command_of<dialects::nuttx>(openvela_connect) == spi_command::none);
}

TEST_CASE("a flipped bit is seen, also one that makes the check 0") {
    STATIC_REQUIRE(every_flip_in_what_the_check_covers_is_seen());
    STATIC_REQUIRE(command_of<dialects::nuttx>(built<unchecked>(spi_command::data, 6)) == spi_command::none);
}

TEST_CASE("a length outside of the frame, or one that the message disagrees with, refutes the frame") {
    STATIC_REQUIRE(lengths_are_bounded_first());
}

TEST_CASE("without a check 0 is sent, and any is believed") {
    STATIC_REQUIRE(load<std::uint16_t>(built<unchecked>(spi_command::data, 6)) == 0);
    STATIC_REQUIRE(command_of<unchecked>(nuttx_data) == spi_command::data);
    STATIC_REQUIRE(command_of<unchecked>(built<unchecked>(spi_command::data, 6)) == spi_command::data);
}

TEST_CASE("an unknown command and a line that is stuck say nothing") {
    STATIC_REQUIRE(command_of<dialects::nuttx>(built<dialects::nuttx>(spi_command{7}, 0)) == spi_command::none);
    STATIC_REQUIRE(command_of<dialects::nuttx>(built<dialects::nuttx>(spi_command{0}, 0)) == spi_command::none);
    STATIC_REQUIRE(command_of<unchecked>(frame{}) == spi_command::none);
    STATIC_REQUIRE(command_of<unchecked>(std::bit_cast<frame>([] {
                       auto ones = std::array<std::uint8_t, size>{};
                       ones.fill(0xff);
                       return ones;
                   }())) == spi_command::none);
}

TEST_CASE("times stand in the last 16 bytes, unless the message reaches there") {
    STATIC_REQUIRE(stamps_stand_behind_the_message());
}

TEST_CASE("NuttX keeps 16 bytes for times, openvela does not") {
    STATIC_REQUIRE(wire::spi_frame<dialects::nuttx>::tx_limit(size) == 24);
    STATIC_REQUIRE(wire::spi_frame<dialects::nuttx>::rx_limit(size) == 40);
    STATIC_REQUIRE(wire::spi_frame<dialects::openvela>::tx_limit(size) == 40);
}

TEST_CASE("a frame without a check is known where one is required") { STATIC_REQUIRE(a_frame_without_a_check_is_known()); }
