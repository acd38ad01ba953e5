#pragma once

#include <rpmsg/platform/byte_stream.hpp>
#include <rpmsg/platform/power.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart/config.hpp>
#include <rpmsg/transport/uart/nuttx_link.hpp>
#include <rpmsg/transport/uart/reliable_link.hpp>
#include <rpmsg/transport/uart/storage.hpp>

#include <type_traits>

namespace rpmsg {

namespace detail {
template <uart_config Config, typename Stream, typename Power>
using uart_base =
    std::conditional_t<Config.profile == uart_profile::nuttx, uart_nuttx<Config, Stream, Power>, uart_reliable<Config, Stream>>;
} // namespace detail

/// One end of a serial line, in either profile. Received bytes are passed to `feed` from the interrupt of the UART or of its
/// DMA, or read by `poll` where the stream can be read.
template <uart_config Config, typename Stream, typename Power = always_on>
class uart : public detail::uart_base<Config, Stream, Power> {
    static_assert(Config.profile == uart_profile::nuttx or std::is_same_v<Power, always_on>,
                  "only the nuttx profile has a wake handshake");
    using base = detail::uart_base<Config, Stream, Power>;

  public:
    using base::base;
};
static_assert(transport<uart<uart_config{}, archetypes::byte_stream>>);
static_assert(transport<uart<uart_config{.profile = uart_profile::reliable}, archetypes::byte_stream>>);

} // namespace rpmsg
