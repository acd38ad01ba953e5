#pragma once

#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/service/router.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// What a hub does with a message whose target has no buffer, and whose quota is used up.
enum class when_full : std::uint8_t {
    drop, ///< drops it and counts `no_buffer` at the link on which it came
    wait, ///< reads no more of that link until it is sent: other edges then wait for this one
};

/// Limits of one edge of a hub, so that no edge disturbs another one.
struct hub_limits {
    std::uint32_t names = 8; ///< names that the edge may open
    std::uint32_t held = 2;  ///< its messages that wait for others; at least two fewer than the receive buffers of the link
    std::uint32_t queue = 4; ///< messages of all others that wait for it, a power of two
    when_full policy = when_full::drop;
};

namespace detail {
template <fixed_name Name, bool IsPlain, hub_limits Limits, transport Transport> struct hub_edge {
    using transport_type = Transport;
    static constexpr auto limits = Limits;
    static constexpr bool is_plain = IsPlain;
    static constexpr auto name() -> std::string_view { return Name.view(); }

    Transport link;

    static_assert(wire::is_edge_name(Name.view()), "the name of an edge has 1 to 7 printable characters, and no colon");
    static_assert(Limits.names >= 1 and Limits.held >= 1, "an edge has at least one name, and one message that waits");
    static_assert(std::has_single_bit(Limits.queue) and Limits.queue <= 256, "the queue of an edge is a power of two");
    static_assert(IsPlain or Transport::acknowledged,
                  "a NuttX edge acknowledges names: use plain_edge for Linux, OpenAMP and rpmsg-lite");
};
} // namespace detail

/// A link of a hub to an edge that knows routers: NuttX, or a channel with a `router_port`. `Name` is the name of that edge.
template <fixed_name Name, hub_limits Limits = hub_limits{}, typename Transport>
[[nodiscard]] constexpr auto nuttx_edge(Transport&& link) {
    return detail::hub_edge<Name, false, Limits, std::remove_cvref_t<Transport>>{std::forward<Transport>(link)};
}
/// A link of a hub to a peer that knows no routers: Linux, OpenAMP, rpmsg-lite, or any channel. The services of the other edges
/// appear there as those of the hub, and its services on the other edges as those of edge `Name`.
template <fixed_name Name, hub_limits Limits = hub_limits{}, typename Transport>
[[nodiscard]] constexpr auto plain_edge(Transport&& link) {
    return detail::hub_edge<Name, true, Limits, std::remove_cvref_t<Transport>>{std::forward<Transport>(link)};
}

} // namespace rpmsg
