// State searches of serial lines, SPI, and loopback memory.
#include <catch2/catch_test_macros.hpp>

#include "known.hpp"
#include "line_wires.hpp"

namespace {
using namespace rpmsg::searched;
using rpmsg::spi_config;
using rpmsg::spi_profile;
using rpmsg::uart_config;
using rpmsg::uart_profile;

constexpr auto to_nuttx = uart_config{.tx_buffers = 4, .rx_buffers = 4, .payload = 48, .profile = uart_profile::nuttx};
constexpr auto to_openvela = uart_config{.tx_buffers = 2,
                                         .rx_buffers = 8,
                                         .payload = 48,
                                         .profile = uart_profile::nuttx,
                                         .dialect = rpmsg::wire::uart_dialects::openvela};
constexpr auto reliable = uart_config{.tx_buffers = 4, .rx_buffers = 4, .payload = 48, .profile = uart_profile::reliable};
constexpr auto smallest_reliable =
    uart_config{.tx_buffers = 1, .rx_buffers = 2, .payload = 48, .profile = uart_profile::reliable};
constexpr auto over_spi = spi_config{.frame_size = 96, .transmit_buffers = 4, .receive_buffers = 6};
constexpr auto smallest_spi = spi_config{.frame_size = 80, .transmit_buffers = 1, .receive_buffers = 3};
constexpr auto spi_to_nuttx = spi_config{.frame_size = 128,
                                         .transmit_buffers = 4,
                                         .receive_buffers = 6,
                                         .profile = spi_profile::nuttx,
                                         .peer_name = rpmsg::wire::pad("audio")};
constexpr auto spi_to_openvela = spi_config{.frame_size = 96, .profile = spi_profile::openvela};
} // namespace

TEST_CASE("a serial line, NuttX: whatever both ends call, the promises hold") {
    CHECK(searched(make<serial<to_nuttx>, pooled>, 6'000) == "");
}

TEST_CASE("a serial line, NuttX: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<serial<to_nuttx>, pooled>) == "");
}

TEST_CASE("a serial line, openvela, endpoints by address: whatever both ends call, the promises hold") {
    CHECK(searched(make<serial<to_openvela>, addressed>, 6'000) == "");
}

TEST_CASE("a serial line, openvela, endpoints by address: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<serial<to_openvela>, addressed>) == "");
}

TEST_CASE("a reliable serial line: whatever both ends call, the promises hold") {
    CHECK(searched(make<serial<reliable>, pooled>, 15'000) == "");
}

TEST_CASE("a reliable serial line: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<serial<reliable>, pooled>) == "");
}

TEST_CASE("a reliable serial line of one buffer, endpoints by name: whatever both ends call, the promises hold") {
    CHECK(searched(make<serial<smallest_reliable>, named>, 15'000) == "");
}

TEST_CASE("a reliable serial line of one buffer, endpoints by name: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<serial<smallest_reliable>, named>) == "");
}

TEST_CASE("SPI: whatever both ends call, the promises hold") {
    CHECK(searched(make<spi_wires<over_spi>, pooled>, 20'000) == "");
}

TEST_CASE("SPI: ten long searches", "[.nightly]") { CHECK(searched_long(make<spi_wires<over_spi>, pooled>) == ""); }

TEST_CASE("SPI with the fewest buffers, endpoints by name: whatever both ends call, the promises hold") {
    CHECK(searched(make<spi_wires<smallest_spi>, named>, 20'000) == "");
}

TEST_CASE("SPI with the fewest buffers, endpoints by name: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<spi_wires<smallest_spi>, named>) == "");
}

TEST_CASE("SPI to NuttX: whatever both ends call, the promises hold") {
    CHECK(searched(make<spi_wires<spi_to_nuttx>, pooled>, 15'000) == "");
}

TEST_CASE("SPI to NuttX: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<spi_wires<spi_to_nuttx>, pooled>) == "");
}

TEST_CASE("SPI to openvela, endpoints by address: whatever both ends call, the promises hold") {
    CHECK(searched(make<spi_wires<spi_to_openvela>, addressed>, 15'000) == "");
}

TEST_CASE("SPI to openvela, endpoints by address: ten long searches", "[.nightly]") {
    CHECK(searched_long(make<spi_wires<spi_to_openvela>, addressed>) == "");
}

TEST_CASE("memory of one program: whatever both ends call, the promises hold") {
    CHECK(searched(make<inner_wires<true>, pooled>, 15'000) == "");
}

TEST_CASE("memory of one program without acknowledgement: whatever both ends call, the promises hold") {
    CHECK(searched(make<inner_wires<false>, named>, 15'000) == "");
}

// Regression tests of faults that the search has found.

TEST_CASE("room that was on loan over a reset can be sent through again") {
    for (auto const& make_one : {make<serial<to_openvela>, addressed>, make<serial<to_nuttx>, pooled>}) {
        CHECK(run(make_one, play{beginning::linked,
                                 0,
                                 {
                                     {host, act::reserve, 0},
                                     {host, act::reserve, 0},
                                     {host, act::reset, 0},
                                 }}) == "");
    }
}

TEST_CASE("room of a loopback that is committed while the other end is gone is not lost") {
    CHECK(run(make<inner_wires<true>, pooled>, play{beginning::linked,
                                                    0,
                                                    {
                                                        {remote, act::reserve, 0},
                                                        {host, act::close, 0},
                                                        {remote, act::commit, 0},
                                                    }}) == "");
}
