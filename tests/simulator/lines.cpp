// Serial lines, SPI and loopback.
#include "kinds.hpp"
#include "kinds_of_lines.hpp"

namespace {
using namespace rpmsg::traffic;
using rpmsg::spi_config;
using rpmsg::spi_profile;
using rpmsg::uart_config;
using rpmsg::uart_profile;

// Ticks are 100 us. A full window of the slowest line takes 30 ms, and a connection is answered behind it.
constexpr auto reliable_uart = uart_config{.tx_buffers = 4,
                                           .rx_buffers = 4,
                                           .payload = 48,
                                           .profile = uart_profile::reliable,
                                           .connect_ticks = 500,
                                           .resend_ticks = 600};
constexpr auto nuttx_uart =
    uart_config{.tx_buffers = 4, .rx_buffers = 8, .payload = 48, .connect_ticks = 500, .wake_ticks = 50};
constexpr auto openvela_uart = uart_config{.tx_buffers = 2,
                                           .rx_buffers = 8,
                                           .payload = 48,
                                           .dialect = rpmsg::wire::uart_dialects::openvela,
                                           .connect_ticks = 500,
                                           .wake_ticks = 50};
constexpr auto reliable_spi = spi_config{.frame_size = 96, .transmit_buffers = 4, .receive_buffers = 6, .retry_ticks = 20};
constexpr auto nuttx_spi = spi_config{.frame_size = 128,
                                      .transmit_buffers = 4,
                                      .receive_buffers = 6,
                                      .profile = spi_profile::nuttx,
                                      .retry_ticks = 20,
                                      .peer_name = rpmsg::wire::pad("audio")};
constexpr auto openvela_spi = spi_config{.frame_size = 96, .profile = spi_profile::openvela, .retry_ticks = 20};
} // namespace

auto kinds_of_lines() -> kinds {
    return {{"serial", connect_serial<reliable_uart>},
            {"serial-pool", connect_serial<reliable_uart, pooled_link>},
            {"serial-nuttx", connect_serial<nuttx_uart>},
            {"serial-openvela", connect_serial<openvela_uart>},
            {"spi", connect_spi<reliable_spi>},
            {"spi-nuttx", connect_spi<nuttx_spi, pooled_link>},
            {"spi-openvela", connect_spi<openvela_spi>},
            {"loopback", connect_loopback<true>},
            {"loopback-unacknowledged", connect_loopback<false>}};
}
