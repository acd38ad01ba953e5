// EXPECT: the port of SPI lacks what platform/spi_port.hpp lists
#include <rpmsg/transport/spi.hpp>

struct stubborn {
    static constexpr auto role = rpmsg::spi_role::controller;
    static constexpr std::uint32_t word_size = 1;
    auto start_transfer(rpmsg::const_bytes, rpmsg::bytes) -> void;
    auto progress() -> rpmsg::spi_progress;
    auto request(bool) -> void;
    auto is_requested() -> bool;
};
constexpr auto bus = rpmsg::spi_config{};
auto frames = rpmsg::spi_storage<bus>{};
auto link = rpmsg::spi<bus, stubborn>{frames};
