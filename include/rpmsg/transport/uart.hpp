#pragma once

#include <rpmsg/platform/byte_stream.hpp>
#include <rpmsg/platform/power.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart_config.hpp>
#include <rpmsg/transport/uart_nuttx.hpp>
#include <rpmsg/transport/uart_storage.hpp>

#include <type_traits>

namespace rpmsg {

/// One end of a serial line. Bytes that come are handed to `feed`, from an interrupt or a DMA half-buffer,
/// or read by `poll` where the line can be read.
template <uart_config Config, typename Stream, typename Power = always_on>
class uart : public detail::uart_nuttx<Config, Stream, Power> {
  public:
    static_assert(Config.profile == uart_profile::nuttx, "the reliable profile is not there yet");
    using uart::uart_nuttx::uart_nuttx;
};
static_assert(transport<uart<uart_config{}, archetypes::byte_stream>>);

} // namespace rpmsg
