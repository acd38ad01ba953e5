// EXPECT: a frame on SPI must hold an announcement of the name service
#include <rpmsg/transport/spi.hpp>

constexpr auto bus = rpmsg::spi_config{.frame_size = 68};
auto frames = rpmsg::spi_storage<bus>{};
auto link = rpmsg::spi<bus, rpmsg::archetypes::spi_port>{frames};
