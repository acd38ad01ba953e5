#include <rpmsg/wire/spi/content.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

using rpmsg::wire::spi_command;
using rpmsg::wire::spi_content;

TEST_CASE("the commands of SPI have the numbers of NuttX") {
    STATIC_REQUIRE(static_cast<std::uint16_t>(spi_command::connect) == 1);
    STATIC_REQUIRE(static_cast<std::uint16_t>(spi_command::available) == 2);
    STATIC_REQUIRE(static_cast<std::uint16_t>(spi_command::data) == 3);
    STATIC_REQUIRE(static_cast<std::uint16_t>(spi_command::suspend) == 4);
    STATIC_REQUIRE(static_cast<std::uint16_t>(spi_command::resume) == 5);
    STATIC_REQUIRE(static_cast<std::uint16_t>(spi_command::shutdown) == 6);
}

TEST_CASE("a frame that says nothing has no command") { STATIC_REQUIRE(spi_content{}.command == spi_command::none); }
