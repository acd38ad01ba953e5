// EXPECT: a line has a power of two of transmit and of receive buffers
#include <rpmsg/transport/uart/storage.hpp>

rpmsg::uart_storage<rpmsg::uart_config{.tx_buffers = 3}> frames{};
