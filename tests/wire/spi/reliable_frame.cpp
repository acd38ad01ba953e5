#include <rpmsg/wire/spi/reliable_frame.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
using namespace rpmsg;
using wire::spi_command;
using wire::spi_content;
using format = wire::spi_reliable_frame<>;
using frame = std::array<std::byte, 64>;

template <typename... Octets> consteval auto golden(Octets... octets) -> frame { return {static_cast<std::byte>(octets)...}; }
// The checks were computed by a program of its own.
constexpr auto connect = golden(0x27, 0x76, 0x79, 0x46, 'r', 'S', 0x01, 0x01, 0x10, 0x00, 0x06);
constexpr auto data = golden(0x04, 0x7b, 0xc9, 0x9e, 'r', 'S', 0x01, 0x03, 0x25, 0x00, 0x06, 0x00, 0xfe, 0xff, 0x34, 0x12, //
                             0x00, 0x04, 0x00, 0x00, 0x35, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,
                             'h', 'e', 'l', 'l', 'o');

constexpr auto built(spi_content const& content) -> frame {
    auto made = frame{};
    if (content.length > 0) {
        store(bytes{made}.subspan(format::header_offset),
              wire::header{.source = address{1024}, .destination = name_service_address, .length = content.length});
        copy("hello"_payload, bytes{made}.subspan(format::payload_offset));
    }
    format::finish(made, content);
    return made;
}
/// A frame whose check is right and whose header is not.
constexpr auto sealed(frame from, std::size_t at, std::uint8_t value, std::size_t covered) -> frame {
    from[at] = static_cast<std::byte>(value);
    store(bytes{from}, wire::crc<wire::crc32c>::of(const_bytes{from}.first(covered).subspan(4)));
    return from;
}

constexpr auto every_flip_of_one_or_two_bits_is_seen() -> bool {
    for (std::size_t one = 0; one < 37 * 8; ++one) {
        for (auto two = one; two < 37 * 8; two += 7) {
            auto damaged = data;
            damaged[one / 8] ^= std::byte{1} << (one % 8);
            damaged[two / 8] ^= two != one ? std::byte{1} << (two % 8) : std::byte{};
            check(format::read(damaged).command == spi_command::none);
        }
    }
    return true;
}
/// A slip of the words: all that comes later stands some bytes too early.
constexpr auto every_slip_is_seen() -> bool {
    for (std::size_t by = 1; by < data.size(); ++by) {
        auto slipped = frame{};
        copy(const_bytes{data}.subspan(by), slipped);
        check(format::read(slipped).command == spi_command::none);
        slipped = frame{};
        copy(const_bytes{data}.first(data.size() - by), bytes{slipped}.subspan(by));
        check(format::read(slipped).command == spi_command::none);
    }
    return true;
}
} // namespace

TEST_CASE("a reliable frame lies on the wire as it is described") {
    STATIC_REQUIRE(built({.command = spi_command::connect, .available = 6}) == connect);
    STATIC_REQUIRE(built({.command = spi_command::data, .available = 6, .length = 5, .sequence = 0xfffe, .expected = 0x1234}) ==
                   data);
}

TEST_CASE("a reliable frame is read as it was written") {
    constexpr auto content = format::read(data);
    STATIC_REQUIRE(content.command == spi_command::data);
    STATIC_REQUIRE(content.available == 6);
    STATIC_REQUIRE(content.length == 5);
    STATIC_REQUIRE(content.sequence == 0xfffe);
    STATIC_REQUIRE(content.expected == 0x1234);
    STATIC_REQUIRE(format::read(connect).command == spi_command::connect);
}

TEST_CASE("flipped bits and slipped words are seen") {
    STATIC_REQUIRE(every_flip_of_one_or_two_bits_is_seen());
    STATIC_REQUIRE(every_slip_is_seen());
}

TEST_CASE("a frame with the right check and a wrong magic, version, command or length says nothing") {
    STATIC_REQUIRE(format::read(sealed(data, 4, 'r', 37)).command == spi_command::data);
    STATIC_REQUIRE(format::read(sealed(data, 4, 'R', 37)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 5, 0, 37)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 6, 2, 37)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 7, 7, 37)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 7, 0, 37)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 8, 38, 38)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 8, 65, 64)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 8, 15, 15)).command == spi_command::none);
    STATIC_REQUIRE(format::read(sealed(data, 28, 6, 37)).command == spi_command::none);
    STATIC_REQUIRE(format::read(frame{}).command == spi_command::none);
}

TEST_CASE("the limits follow from the size of the frame") {
    STATIC_REQUIRE(format::tx_limit(64) == 32);
    STATIC_REQUIRE(format::rx_limit(64) == 32);
}
