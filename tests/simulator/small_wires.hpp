#pragma once

#include <rpmsg/testing/simulator/campaign.hpp>

#include "kinds_of_lines.hpp"
#include "kinds_of_rings.hpp"
#include <cstdint>
#include <memory>
#include <string>

/// The wires over which seeded bugs are searched, one per kind.
namespace rpmsg::traffic {
namespace dialects = rpmsg::wire::dialects;

inline constexpr auto own = connect_rings<rings_of(dialects::rpmsg, 4)>;
inline constexpr auto own_of_many = connect_rings<rings_of(dialects::rpmsg, 32)>;
inline constexpr auto own_of_two = connect_rings<rings_of(dialects::rpmsg, 2)>;
inline constexpr auto own_by_index = connect_rings<rings_of(dialects::rpmsg, 2, 2, true)>;
inline constexpr auto own_pool = connect_rings<rings_of(dialects::rpmsg, 4), pooled_link>;
inline constexpr auto openamp = connect_rings<rings_of(dialects::openamp, 4)>;
inline constexpr auto openamp_pool = connect_rings<rings_of(dialects::openamp, 4), pooled_link>;

inline constexpr auto serial = connect_serial<uart_config{.tx_buffers = 4,
                                                          .rx_buffers = 4,
                                                          .payload = 48,
                                                          .profile = uart_profile::reliable,
                                                          .connect_ticks = 500,
                                                          .resend_ticks = 600}>;
inline constexpr auto serial_nuttx =
    connect_serial<uart_config{.tx_buffers = 4, .rx_buffers = 8, .payload = 48, .connect_ticks = 500, .wake_ticks = 50}>;
inline constexpr auto bus =
    connect_spi<spi_config{.frame_size = 96, .transmit_buffers = 4, .receive_buffers = 6, .retry_ticks = 20}>;

inline auto faults_of_wires() -> simulator::fault_set {
    return simulator::fault_set::all().without({simulator::fault::scribble});
}

} // namespace rpmsg::traffic
