#pragma once

#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/router/hub_edge.hpp>
#include <rpmsg/framework/router/hub_queue.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The links of a hub, of as many types, reached by their numbers without an indirect call.
template <typename... Edges> class hub_ports {
  public:
    static constexpr std::uint32_t links = sizeof...(Edges);
    static_assert(links >= 2 and links <= 64, "a hub joins 2 to 64 edges");

    struct constants {
        static constexpr std::uint32_t count = links;
        static constexpr std::uint32_t routes = (... + Edges::limits.names);
        static constexpr std::array<std::string_view, links> names{Edges::name()...};
        static constexpr std::array<bool, links> is_plain{Edges::is_plain...};
        static constexpr std::array<bool, links> acknowledged{Edges::transport_type::acknowledged...};
        static constexpr std::array<std::uint32_t, links> quota{Edges::limits.names...};
        static constexpr std::array<std::uint32_t, links> held{Edges::limits.held...};
        static constexpr std::array<when_full, links> policy{Edges::limits.policy...};
        static constexpr bool may_stall = (... or (Edges::limits.policy == when_full::wait));
    };

  private:
    static constexpr bool are_distinct = [] {
        for (std::uint32_t i = 0; i < links; ++i) {
            for (std::uint32_t j = i + 1; j < links; ++j) {
                if (constants::names[i] == constants::names[j]) {
                    return false;
                }
            }
        }
        return true;
    }();

    template <typename Edge> struct port {
        using edge = Edge;
        constexpr explicit port(typename Edge::transport_type&& given) : link{std::move(given)} {}

        typename Edge::transport_type link;
        hub_queue<Edge::limits.queue> queue{};
        /// How many messages of one other link may wait for this one.
        static constexpr std::uint32_t share = std::max<std::uint32_t>(1, Edge::limits.queue / (links - 1));
    };

    std::tuple<port<Edges>...> ports_;

  protected:
    std::uint32_t turn_{}; ///< the link that `visit_all` visits first

    constexpr explicit hub_ports(Edges... edges) : ports_{port<Edges>{std::move(edges.link)}...} {
        static_assert(are_distinct, "two edges of a hub have the same name");
    }

    /// Calls f(port, i) for port i.
    template <std::uint32_t First = 0, std::uint32_t Last = links> constexpr auto visit(std::uint32_t i, auto&& f) -> void {
        if constexpr (Last - First == 1) {
            f(std::get<First>(ports_), std::integral_constant<std::uint32_t, First>{});
        } else {
            constexpr auto middle = First + (Last - First) / 2;
            if (i < middle) {
                visit<First, middle>(i, f);
            } else {
                visit<middle, Last>(i, f);
            }
        }
    }
    /// Calls f(port, i) for all ports, another one first in each poll.
    constexpr auto visit_all(auto&& f) -> void {
        for (std::uint32_t k = 0, i = turn_; k < links; ++k, i = i + 1 < links ? i + 1 : 0) {
            visit(i, f);
        }
    }
    template <std::uint32_t I> constexpr auto link_at() -> auto& { return std::get<I>(ports_).link; }
    [[gnu::noinline]] constexpr auto release(waiting_message const& it) -> void {
        visit(it.from, [&](auto& from, auto) { from.link.release(it.token); });
    }
    [[gnu::noinline]] constexpr auto count(std::uint32_t link, counter reason) -> void {
        visit(link, [&](auto& at, auto) { at.link.count(reason); });
    }

    struct path_lengths {
        std::uint32_t tx{};
        std::uint32_t rx{};
    };
    /// The largest payloads from a link to another one, and back.
    constexpr auto path(std::uint32_t link, std::uint32_t other) -> path_lengths {
        auto made = path_lengths{};
        visit(link, [&](auto& it, auto) { made = {it.link.rx_limit(), it.link.tx_limit()}; });
        visit(other, [&](auto& it, auto) {
            made = {std::min(made.tx, it.link.tx_limit()), std::min(made.rx, it.link.rx_limit())};
        });
        return made;
    }
    template <fixed_name Name> static consteval auto index_of() -> std::uint32_t {
        auto const found = std::find(constants::names.begin(), constants::names.end(), Name.view());
        return static_cast<std::uint32_t>(found - constants::names.begin());
    }
};

} // namespace rpmsg::detail
