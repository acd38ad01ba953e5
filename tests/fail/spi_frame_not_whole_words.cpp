// EXPECT: the size of a frame on SPI is a multiple of 4 bytes
#include <rpmsg/transport/spi.hpp>

constexpr auto bus = rpmsg::spi_config{.frame_size = 130};
auto frames = rpmsg::spi_storage<bus>{};
auto link = rpmsg::spi<bus, rpmsg::archetypes::spi_port>{frames};
