#pragma once

#include <rpmsg/platform/byte_stream.hpp>
#include <rpmsg/platform/power.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/transport/uart/config.hpp>
#include <rpmsg/transport/uart/nuttx_link.hpp>
#include <rpmsg/transport/uart/reliable_link.hpp>
#include <rpmsg/transport/uart/storage.hpp>

#include <concepts>
#include <type_traits>

namespace rpmsg {

namespace detail {
/// Looks at what a user names for a line before anything else does, and says in words what is wrong.
template <uart_config Config, typename Stream, typename Power> constexpr auto is_uart() -> bool {
    using told [[maybe_unused]] = typename checked_uart_config<Config>::told;
    constexpr bool is_line = byte_stream<Stream>;
    constexpr bool is_power = power_policy<Power>;
    constexpr bool may_sleep = Config.profile == uart_profile::nuttx or std::is_same_v<Power, always_on>;
    static_assert(is_line, "a line says how many bytes it took: auto write(rpmsg::const_bytes) -> std::size_t");
    static_assert(is_power, "a power policy has wakes_peer, stay_awake() and relax(): platform/power.hpp");
    static_assert(may_sleep, "only the nuttx profile has a wake handshake");
    return is_line and is_power and may_sleep;
}
template <uart_config Config, typename Stream, typename Power>
using uart_of_profile =
    std::conditional_t<Config.profile == uart_profile::nuttx, uart_nuttx<Config, Stream, Power>, uart_reliable<Config, Stream>>;
template <uart_config Config, typename Stream, typename Power>
using uart_base =
    std::conditional_t<is_uart<Config, Stream, Power>(), uart_of_profile<Config, Stream, Power>, refused_transport>;
} // namespace detail

/// One end of a serial line, in either profile. Received bytes are passed to `feed` from the interrupt of the UART or of its
/// DMA, or read by `poll` where the stream can be read.
template <uart_config Config, typename Stream, typename Power = always_on>
class uart : public detail::uart_base<Config, Stream, Power> {
    using base = detail::uart_base<Config, Stream, Power>;

  public:
    using base::base;

    template <typename... T>
    requires(not std::constructible_from<base, T...>) constexpr explicit uart(T&&...) : base(detail::lent<base>()) {
        static_assert(detail::never<base, T...>,
                      "a uart has its frames from you: static uart_storage<config> frames{}; uart<config, line>{frames, line}");
    }
};
static_assert(transport<uart<uart_config{}, archetypes::byte_stream>>);
static_assert(transport<uart<uart_config{.profile = uart_profile::reliable}, archetypes::byte_stream>>);

} // namespace rpmsg
