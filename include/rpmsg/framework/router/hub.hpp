#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/dump.hpp>
#include <rpmsg/framework/router/hub_edge.hpp>
#include <rpmsg/framework/router/hub_queue.hpp>
#include <rpmsg/framework/router/route_table.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// Joins links of any transports, so that the cores behind them talk as if they were linked: `router_hub{nuttx_edge<"a">(uart),
/// plain_edge<"linux">(vring)}`, 2 to 64 of them. The wire format is the one of NuttX (drivers/rpmsg/rpmsg_router_hub.c).
///
/// `poll` reads each link in turn, and copies each message once, from the receive buffer of one link to the transmit buffer of
/// another one. It never waits: a message whose target has no buffer waits in its receive buffer, as far as the `hub_limits` of
/// both edges allow, and is dropped and counted otherwise. What is wrong is counted at the link on which it came: `no_endpoint`
/// (no such route, or no such edge), `not_bound` (the other endpoint is not there yet), `too_large`, `no_buffer`, `closed` (the
/// route ended while the message waited), `table_full` (the edge opened too many names), `bad_announcement`, `bad_frame`.
///
/// `notify` may be called from an interrupt, or from any thread of a 64-bit host. All else belongs to one context.
template <typename... Edges> class router_hub {
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
    };
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
    static_assert(are_distinct, "two edges of a hub have the same name");

    template <typename Edge> struct port {
        using edge = Edge;
        constexpr explicit port(typename Edge::transport_type&& given) : link{std::move(given)} {}

        typename Edge::transport_type link;
        detail::hub_queue<Edge::limits.queue> queue{};
        /// How many messages of one other link may wait for this one.
        static constexpr std::uint32_t share = std::max<std::uint32_t>(1, Edge::limits.queue / (links - 1));
    };

    using table = detail::route_table<constants>;

    std::tuple<port<Edges>...> ports_;
    table routes_{};
    std::array<std::uint32_t, links> held_{};
    std::array<detail::waiting_message, links> stalled_{}; ///< with `when_full::wait`: the one that is sent next
    std::array<bool, links> is_stalled_{};
    std::array<bool, links> is_ending_{}; ///< its edge restarted: what it sent before is read to its end, without a stall
    std::uint32_t turn_{};
    interrupt_flag pending_{};

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
    constexpr auto release(detail::waiting_message const& it) -> void {
        visit(it.from, [&](auto& from, auto) { from.link.release(it.token); });
    }
    constexpr auto count(std::uint32_t link, counter reason) -> void {
        visit(link, [&](auto& at, auto) { at.link.count(reason); });
    }

    /// What `pass_on` returns for a message that was sent. It returns `no_buffer` for one that may wait, and otherwise the reason
    /// for which it is dropped.
    static constexpr auto is_sent = counter::count_;

    /// Copies a message into a buffer of its target.
    [[gnu::always_inline]] static constexpr auto pass_on(auto& to, typename table::passage const& where, const_bytes payload)
        -> counter {
        auto const room = detail::reserve_for(to.link, payload.size());
        if (not room) [[unlikely]] {
            auto const is_too_large = detail::says_room<decltype(to.link)> and payload.size() > to.link.tx_limit();
            return is_too_large ? counter::too_large : counter::no_buffer;
        }
        if (payload.size() > room.space.size()) [[unlikely]] {
            to.link.discard(room);
            return counter::too_large;
        }
        copy(payload, room.space);
        auto const header = wire::header{
            .source = where.source, .destination = where.destination, .length = static_cast<std::uint16_t>(payload.size())};
        return to.link.commit(room, header) ? is_sent : counter::closed;
    }
    /// The same where it is not urgent, and on small cores.
    [[gnu::noinline]] static constexpr auto pass_on_later(auto& to, typename table::passage const& where, const_bytes payload)
        -> counter {
        return pass_on(to, where, payload);
    }
    /// Keeps a message for later; false when it has to be dropped.
    [[gnu::noinline]] constexpr auto keep(auto& to, detail::waiting_message const& it) -> bool {
        auto const from = it.from;
        if (held_[from] < constants::held[from] and to.queue.push(it, to.share)) {
            ++held_[from];
            return true;
        }
        if (constants::policy[from] == when_full::wait and not is_ending_[from]) {
            stalled_[from] = it;
            is_stalled_[from] = true;
            return true;
        }
        return false;
    }

    /// Sends what the hub has to say on a link: an edge is told of a name before it has a message of it. False while a buffer is
    /// lacking.
    constexpr auto may_follow(auto& to, std::uint32_t link) -> bool {
        if (routes_.has_pending(link)) [[unlikely]] {
            send_own(to, link);
        }
        return not routes_.has_pending(link);
    }

    /// Sends a message that came on link `from`. Returns whether its buffer is kept.
    template <typename Source> constexpr auto forward(Source& source, std::uint32_t from, rx_buffer const& m) -> bool {
        auto const number = routes_.find(from, m.destination);
        if (number == table::none) [[unlikely]] {
            on_other(source, from, m);
            return false;
        }
        auto const& where = routes_.at(number);
        if constexpr (Source::edge::is_plain) {
            if (where.peer != m.source) [[unlikely]] {
                routes_.learn(number, m.source);
            }
        }
        if (not where.is_open()) [[unlikely]] {
            source.link.count(counter::not_bound);
            return false;
        }
        auto is_kept = false;
        visit(where.to, [&](auto& to, auto) {
            auto const is_free = to.queue.is_empty() and may_follow(to, where.to);
            auto const outcome = not is_free         ? counter::no_buffer
                                 : sizeof(void*) > 4 ? pass_on(to, where, m.payload)
                                                     : pass_on_later(to, where, m.payload);
            if (outcome != is_sent) [[unlikely]] {
                auto const it = detail::waiting_message{
                    .payload = m.payload, .token = m.token, .passage = number, .self = m.destination, .from = from};
                is_kept = outcome == counter::no_buffer and keep(to, it);
                if (not is_kept) {
                    source.link.count(outcome);
                }
            }
        });
        return is_kept;
    }
    /// A message that is for no route.
    [[gnu::noinline]] constexpr auto on_other(auto& source, std::uint32_t from, rx_buffer const& m) -> void {
        auto reason = counter::no_endpoint;
        if (m.destination == name_service_address) {
            reason = routes_.on_announcement(from, m.payload);
        } else if (routes_.is_control(from, m.destination)) {
            reason = counter::bad_frame; // no command goes from an edge to the hub
        }
        if (reason != counter::count_) {
            source.link.count(reason);
        }
    }

    /// Sends one message that waits for a link; false when there is still no buffer.
    constexpr auto send_waiting(auto& to, detail::waiting_message const& it) -> bool {
        auto const& where = routes_.at(it.passage);
        auto const is_current = where.self == it.self and where.is_open();
        if (is_current and not may_follow(to, where.to)) {
            return false;
        }
        auto const outcome = is_current ? pass_on_later(to, where, it.payload) : counter::closed;
        if (outcome == counter::no_buffer) {
            return false;
        }
        release(it);
        if (outcome != is_sent) {
            count(it.from, outcome);
        }
        return true;
    }
    constexpr auto empty_queue(auto& to) -> void {
        while (not to.queue.is_empty() and send_waiting(to, to.queue.front())) {
            --held_[to.queue.front().from];
            to.queue.pop();
        }
    }
    /// Calls f(port, is_current) for the port to which the message goes that stalls a link; its own when the route ended.
    constexpr auto visit_stalled(std::uint32_t from, auto&& f) -> void {
        auto const& it = stalled_[from];
        auto const& where = routes_.at(it.passage);
        auto const is_current = where.self == it.self;
        visit(is_current ? where.to : from, [&](auto& to, auto) { f(to, is_current); });
    }
    /// Sends that message, once nothing else waits for the same target.
    constexpr auto end_stall(std::uint32_t from) -> void {
        visit_stalled(from, [&](auto& to, bool is_current) {
            if (to.queue.is_empty() or not is_current) {
                is_stalled_[from] = not send_waiting(to, stalled_[from]);
            }
        });
    }

    constexpr auto go_down(std::uint32_t link) -> void {
        routes_.link_down(link);
        is_stalled_[link] = is_ending_[link] = false;
        held_[link] = 0;
        visit_all([&](auto& to, auto) {
            for (auto removed = to.queue.remove(link); removed > 0; --removed) {
                count(link, counter::lost_in_flight);
            }
        });
        // What waits for this link has lost its route: `send_waiting` drops it.
    }

    [[gnu::noinline]] constexpr auto follow(auto& at, std::uint32_t i, link_change const& change) -> void {
        if (change.event == link_event::up) {
            routes_.link_up(i);
        } else if (change.event == link_event::down) {
            go_down(i);
        } else if (change.event == link_event::ending) {
            is_ending_[i] = true;
            if (std::exchange(is_stalled_[i], false)) {
                at.link.release(stalled_[i].token);
                at.link.count(counter::no_buffer);
            }
        }
        pending_.set(); // the edge may have taken its next step already
    }
    /// On 64-bit cores all that a message needs is one function; on small cores the links share the code.
    [[gnu::flatten]] constexpr auto receive_flattened(auto& at, auto i, std::uint32_t most) -> std::uint32_t {
        return receive(at, i, most);
    }
    constexpr auto receive(auto& at, auto i, std::uint32_t most) -> std::uint32_t {
        std::uint32_t handled = 0;
        constexpr auto may_stall = constants::policy[i] == when_full::wait;
        if (may_stall and is_stalled_[i]) [[unlikely]] {
            end_stall(i);
        }
        while (handled < most and not(may_stall and is_stalled_[i])) {
            auto const m = at.link.receive();
            if (m.outcome == rx_outcome::none) {
                return handled;
            }
            if (m.outcome == rx_outcome::ended) {
                break;
            }
            ++handled;
            if (m.outcome == rx_outcome::message and not forward(at, i, m)) {
                at.link.release(m.token);
            }
        }
        at.link.flush();
        if (not may_stall or not is_stalled_[i]) {
            pending_.set();
        }
        return handled;
    }
    [[gnu::noinline]] constexpr auto send_own(auto& at, std::uint32_t i) -> void {
        auto const lengths = [&](std::uint32_t link, std::uint32_t other) { return path(link, other); };
        while (routes_.has_pending(i)) {
            auto const room = detail::reserve_for(at.link, sizeof(wire::announcement));
            if (not room) {
                return;
            }
            at.link.discard(room); // the next reserve takes it
            auto own = typename table::outgoing{};
            if (not routes_.next(i, own, lengths)) {
                return;
            }
            auto const outcome =
                pass_on(at, {.source = own.source, .destination = own.destination}, const_bytes{own.content}.first(own.size));
            if (outcome != is_sent) {
                at.link.count(outcome);
            }
        }
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

  public:
    constexpr explicit router_hub(Edges... edges) : ports_{port<Edges>{std::move(edges.link)}...} {}
    router_hub(router_hub const&) = delete;
    auto operator=(router_hub const&) -> router_hub& = delete;

    /// Starts all links. Error: that of the first one that cannot work; then none is started.
    [[nodiscard]] constexpr auto start() -> status {
        auto outcome = status{};
        visit_all([&](auto& at, auto) {
            if (auto const started = outcome ? at.link.start() : outcome; not started) {
                outcome = started;
            }
        });
        if (not outcome) {
            close();
        }
        pending_.set();
        return outcome;
    }
    /// Closes all links: each edge sees that its link goes down.
    constexpr auto close() -> void {
        visit_all([&](auto& at, auto i) {
            at.link.close();
            go_down(i);
        });
    }

    /// Reports a doorbell of a ring of link i.
    constexpr auto notify(std::uint32_t i, std::uint32_t queue) -> void {
        expects(i < links);
        visit(i, [&](auto& at, auto) { at.link.notify(queue); });
        pending_.set();
    }
    /// Whether a doorbell arrived, or a poll left work, since the last poll began.
    [[nodiscard]] constexpr auto is_pending() -> bool { return pending_.is_set(); }
    /// The latest time of the next poll when no doorbell arrives before.
    [[nodiscard]] constexpr auto next_deadline(ticks now) -> poll_deadline {
        auto first = poll_deadline{};
        visit_all([&](auto& at, auto) { first = detail::earlier(first, at.link.next_deadline(now), now); });
        return first;
    }

    /// Follows all links, and forwards at most `most` messages of each. Returns their number.
    constexpr auto poll(ticks now, std::uint32_t most = 16) -> std::uint32_t {
        std::uint32_t handled = 0;
        if constexpr (sizeof(void*) > 4) { // any thread of a host may report a doorbell
            pending_.take();
        } else {
            pending_.clear();
        }
        visit_all([&](auto& at, auto i) {
            if (auto const change = at.link.poll(now); change.event != link_event::none) [[unlikely]] {
                follow(at, i, change);
            }
            empty_queue(at);
            if constexpr (sizeof(void*) > 4) {
                handled += receive_flattened(at, i, most);
            } else {
                handled += receive(at, i, most);
            }
        });
        visit_all([&](auto& at, auto i) {
            if (routes_.has_pending(i)) [[unlikely]] {
                send_own(at, i);
            }
            if ((routes_.has_pending(i) or not at.queue.is_empty()) and at.link.writable()) [[unlikely]] {
                pending_.set();
            }
            if (constants::policy[i] == when_full::wait and is_stalled_[i]) [[unlikely]] {
                visit_stalled(i, [&](auto& to, bool is_current) {
                    if (not is_current or to.link.writable()) {
                        pending_.set();
                    }
                });
            }
        });
        turn_ = turn_ + 1 < links ? turn_ + 1 : 0;
        return handled;
    }

    /// Tells the other edges that the edge of link i sleeps, or runs again. Messages are forwarded nevertheless.
    constexpr auto signal(std::uint32_t i, bool is_asleep) -> void {
        expects(i < links);
        routes_.signal(i, is_asleep);
        pending_.set();
    }

    /// The link to an edge.
    template <fixed_name Name> [[nodiscard]] constexpr auto transport() -> auto& {
        constexpr auto i = index_of<Name>();
        static_assert(i < links, "no edge of this hub has this name");
        return std::get < i < links ? i : 0 > (ports_).link;
    }
    /// The doorbells of an edge, for drivers that report them to an object with `notify`.
    class edge_bells {
        router_hub* hub_;
        std::uint32_t link_;

      public:
        constexpr edge_bells(router_hub& hub, std::uint32_t link) : hub_{&hub}, link_{link} {}
        constexpr auto notify(std::uint32_t queue) const -> void { hub_->notify(link_, queue); }
    };
    template <fixed_name Name> [[nodiscard]] constexpr auto edge() -> edge_bells { return {*this, number<Name>()}; }
    /// The number of an edge, for `notify`.
    template <fixed_name Name> [[nodiscard]] static consteval auto number() -> std::uint32_t {
        static_assert(index_of<Name>() < links, "no edge of this hub has this name");
        return index_of<Name>();
    }
    [[nodiscard]] static constexpr auto size() -> std::uint32_t { return links; }
    [[nodiscard]] static constexpr auto name(std::uint32_t i) -> std::string_view { return constants::names[i]; }
    [[nodiscard]] constexpr auto is_up(std::uint32_t i) const -> bool { return routes_.is_up(i); }
    /// Whether two edges can talk: both are up, and know of each other.
    [[nodiscard]] constexpr auto is_joined(std::uint32_t i, std::uint32_t j) const -> bool { return routes_.is_joined(i, j); }
    /// The number of messages of link i that wait for other links.
    [[nodiscard]] constexpr auto held(std::uint32_t i) const -> std::uint32_t { return held_[i] + (is_stalled_[i] ? 1 : 0); }
    [[nodiscard]] constexpr auto counts(std::uint32_t i) -> counters {
        auto found = counters{};
        visit(i, [&](auto& at, auto) { found = at.link.counts(); });
        return found;
    }
    /// Calls f(name, link, peer, other link, other peer) for each service between two edges. A peer is the any-address while
    /// its edge has no endpoint of that name.
    constexpr auto for_each_route(auto&& f) const -> void { routes_.for_each(f); }
};

template <typename... Edges> router_hub(Edges...) -> router_hub<Edges...>;

/// Writes the state of a hub as readable text, a line for each link, route, and counter that is not 0, by calls of
/// sink(std::string_view).
template <typename... Edges> constexpr auto dump(router_hub<Edges...>& hub, auto&& sink) -> void {
    auto const number = [&](std::uint32_t value) { sink(detail::digits{value}.view()); };
    for (std::uint32_t i = 0; i < hub.size(); ++i) {
        sink("edge \"");
        sink(hub.name(i));
        sink(hub.is_up(i) ? "\" up" : "\" down");
        if (hub.held(i) != 0) {
            sink(", waiting messages: ");
            number(hub.held(i));
        }
        sink("\n");
        auto const counts = hub.counts(i);
        for (std::uint8_t c = 0; c < static_cast<std::uint8_t>(counter::count_); ++c) {
            auto const which = static_cast<counter>(c);
            if (counts[which] != 0) {
                sink("  ");
                sink(describe(which));
                sink(": ");
                number(counts[which]);
                sink("\n");
            }
        }
    }
    hub.for_each_route([&](std::string_view name, std::uint32_t a, address at_a, std::uint32_t b, address at_b) {
        sink("route \"");
        sink(name);
        sink("\" ");
        sink(hub.name(a));
        sink(at_a != any_address and at_b != any_address ? " <-> " : at_a != any_address ? " -> " : " <- ");
        sink(hub.name(b));
        sink("\n");
    });
}

} // namespace rpmsg
