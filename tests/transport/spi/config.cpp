#include <rpmsg/transport/spi/config.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

namespace {
using rpmsg::spi_config;
using rpmsg::spi_profile;
template <spi_config Config> using format = typename rpmsg::detail::checked_spi_config<Config>::format;

constexpr auto ours = spi_config{};
constexpr auto nuttx = spi_config{.profile = spi_profile::nuttx};
constexpr auto openvela = spi_config{.profile = spi_profile::openvela, .is_checked = false};
constexpr auto unchecked = rpmsg::wire::spi_dialect{
    .check = rpmsg::wire::crc16_xmodem, .is_checked = false, .has_time_stamps = false, .has_short_commands = false};
} // namespace

TEST_CASE("a profile chooses the frames") {
    STATIC_REQUIRE(std::is_same_v<format<ours>, rpmsg::wire::spi_reliable_frame<>>);
    STATIC_REQUIRE(std::is_same_v<format<nuttx>, rpmsg::wire::spi_frame<rpmsg::wire::spi_dialects::nuttx>>);
    STATIC_REQUIRE(format<openvela>::tx_limit(64) == rpmsg::wire::spi_frame<unchecked>::tx_limit(64));
    STATIC_REQUIRE(std::is_same_v<format<openvela>, rpmsg::wire::spi_frame<unchecked>>);
}
