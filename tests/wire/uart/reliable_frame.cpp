#include <rpmsg/wire/uart/frame.hpp>
#include <rpmsg/wire/uart/reliable_frame.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {

using rpmsg::wire::reliable_header;
using rpmsg::wire::reliable_hello;
using rpmsg::wire::reliable_kind;

constexpr auto no_byte_of_the_marker_means_anything_to_nuttx() -> bool {
    for (auto const each : std::bit_cast<std::array<std::uint8_t, 4>>(rpmsg::wire::reliable_marker)) {
        check(each != 0 and not rpmsg::wire::uart_dialects::apache.is_code(each));
    }
    return true;
}

} // namespace

TEST_CASE("The frames of the reliable profile lie so on the wire") {
    constexpr auto header = reliable_header{.kind = reliable_kind::resend,
                                            .window = 2,
                                            .sequence = 0x0403,
                                            .acknowledged = 0x0605,
                                            .length = 0x0807,
                                            .session = 0x0c0b'0a09};
    STATIC_REQUIRE(std::bit_cast<std::array<std::uint8_t, 12>>(header) ==
                   std::array<std::uint8_t, 12>{3, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    constexpr auto hello = reliable_hello{.payload = 0x0605, .window = 7, .id = 0x0c0b'0a09, .heard = 0x100f'0e0d};
    STATIC_REQUIRE(std::bit_cast<std::array<std::uint8_t, 16>>(hello) ==
                   std::array<std::uint8_t, 16>{'R', 'P', 'M', '1', 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 16});
}

TEST_CASE("The first byte of a hello is its kind, and none of its marker means anything to NuttX") {
    STATIC_REQUIRE((rpmsg::wire::reliable_marker & 0xff) == static_cast<std::uint32_t>(reliable_kind::hello));
    STATIC_REQUIRE(no_byte_of_the_marker_means_anything_to_nuttx());
}

TEST_CASE("The two directions of a session are told apart") {
    STATIC_REQUIRE(rpmsg::wire::session_from(1, 2) != rpmsg::wire::session_from(2, 1));
    STATIC_REQUIRE(rpmsg::wire::session_from(0x1234'5678, 0x9abc'def0) != rpmsg::wire::session_from(0x1234'5679, 0x9abc'def0));
}
