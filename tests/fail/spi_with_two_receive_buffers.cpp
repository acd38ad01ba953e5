// EXPECT: SPI has 3 to 255 receive buffers
#include <rpmsg/transport/spi.hpp>

constexpr auto bus = rpmsg::spi_config{.receive_buffers = 2};
auto frames = rpmsg::spi_storage<bus>{};
auto link = rpmsg::spi<bus, rpmsg::archetypes::spi_port>{frames};
