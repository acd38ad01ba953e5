#include <rpmsg/wire/crc.hpp>
#include <rpmsg/wire/port_header.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <bit>

namespace {

using rpmsg::wire::crc;
using rpmsg::wire::port_header;
using arc = crc<rpmsg::wire::crc16_arc>;
using xmodem = crc<rpmsg::wire::crc16_xmodem>;

template <typename Crc> constexpr auto a_sealed_frame_is_intact_until_one_bit_flips() -> bool {
    alignas(4) auto frame = std::array<std::byte, 29>{};
    rpmsg::store(frame, port_header{.available = 3, .length = 29});
    rpmsg::copy("hello"_payload, rpmsg::bytes{frame}.subspan(24));
    rpmsg::wire::seal<Crc>(frame);
    check(rpmsg::wire::is_intact<Crc>(frame) and rpmsg::load<port_header>(frame).length == 29);
    for (std::size_t i = 0; i < frame.size() * 8; ++i) {
        frame[i / 8] ^= std::byte{1} << (i % 8);
        check(not rpmsg::wire::is_intact<Crc>(frame));
        frame[i / 8] ^= std::byte{1} << (i % 8);
    }
    frame[0] = frame[1] = std::byte{};
    check(not rpmsg::wire::is_intact<Crc>(frame));
    return true;
}

} // namespace

TEST_CASE("A port header lies on the wire as NuttX has it") {
    constexpr auto header = port_header{.check = 0x1122, .command = 3, .available = 0x0504, .length = 0x0706};
    constexpr auto on_the_wire = std::array<std::uint8_t, 8>{0x22, 0x11, 3, 0, 4, 5, 6, 7};
    STATIC_REQUIRE(std::bit_cast<std::array<std::uint8_t, 8>>(header) == on_the_wire);
}

TEST_CASE("A sealed frame is intact until one bit flips, and a check of 0 is no exception") {
    STATIC_REQUIRE(a_sealed_frame_is_intact_until_one_bit_flips<arc>());
    STATIC_REQUIRE(a_sealed_frame_is_intact_until_one_bit_flips<xmodem>());
    CHECK(a_sealed_frame_is_intact_until_one_bit_flips<arc>());
}
