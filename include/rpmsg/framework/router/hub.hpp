#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/dump.hpp>
#include <rpmsg/framework/router/hub_edge.hpp>
#include <rpmsg/framework/router/hub_forwarding.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <string_view>
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
template <typename... Edges> class router_hub : detail::hub_forwarding<Edges...> {
    using forwarding = detail::hub_forwarding<Edges...>;
    using forwarding::held_;
    using forwarding::is_ending_;
    using forwarding::is_stalled_;
    using forwarding::links;
    using forwarding::routes_;
    using forwarding::stalled_;
    using forwarding::turn_;
    using typename forwarding::constants;

    interrupt_flag pending_{};

    [[gnu::noinline]] constexpr auto follow(auto& at, std::uint32_t i, link_change const& change) -> void {
        if (change.event == link_event::up) {
            routes_.link_up(i);
        } else if (change.event == link_event::down) {
            this->go_down(i);
        } else if (change.event == link_event::ending) {
            is_ending_[i] = true;
            if (std::exchange(is_stalled_[i], false)) {
                at.link.release(stalled_[i].token);
                at.link.count(counter::no_buffer);
            }
        }
        pending_.set(); // the edge may have taken its next step already
    }
    constexpr auto close_link(auto& at, std::uint32_t i) -> void {
        at.link.close();
        this->go_down(i);
    }
    /// On 64-bit cores all that a message needs is one function; on small cores the links share the code.
    [[gnu::flatten]] constexpr auto receive_flattened(auto& at, auto i, std::uint32_t most) -> std::uint32_t {
        return receive(at, i, most);
    }
    constexpr auto receive(auto& at, auto i, std::uint32_t most) -> std::uint32_t {
        std::uint32_t handled = 0;
        constexpr auto may_stall = constants::policy[i] == when_full::wait;
        if (may_stall and is_stalled_[i]) [[unlikely]] {
            this->end_stall(i);
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
            if (m.outcome == rx_outcome::message and not this->forward(at, i, m)) {
                at.link.release(m.token);
            }
        }
        at.link.flush();
        if (not may_stall or not is_stalled_[i]) {
            pending_.set();
        }
        return handled;
    }

  public:
    constexpr explicit router_hub(Edges... edges) : forwarding{std::move(edges)...} {}
    router_hub(router_hub const&) = delete;
    auto operator=(router_hub const&) -> router_hub& = delete;

    /// Starts all links. Error: that of the first one that cannot work; then none is started.
    [[nodiscard]] constexpr auto start() -> status {
        auto outcome = status{};
        this->visit_all([&](auto& at, auto) {
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
        this->visit_all([&](auto& at, auto i) { close_link(at, i); });
    }

    /// Reports a doorbell of a ring of link i.
    constexpr auto notify(std::uint32_t i, std::uint32_t queue) -> void {
        expects(i < links);
        this->visit(i, [&](auto& at, auto) { at.link.notify(queue); });
        pending_.set();
    }
    /// Whether a doorbell arrived, or a poll left work, since the last poll began.
    [[nodiscard]] constexpr auto is_pending() -> bool { return pending_.is_set(); }
    /// The latest time of the next poll when no doorbell arrives before.
    [[nodiscard]] constexpr auto next_deadline(ticks now) -> poll_deadline {
        auto first = poll_deadline{};
        this->visit_all([&](auto& at, auto) { first = detail::earlier(first, at.link.next_deadline(now), now); });
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
        this->visit_all([&](auto& at, auto i) {
            if (auto const change = at.link.poll(now); change.event != link_event::none) [[unlikely]] {
                follow(at, i, change);
            }
            this->empty_queue(at);
            if constexpr (sizeof(void*) > 4) {
                handled += receive_flattened(at, i, most);
            } else {
                handled += receive(at, i, most);
            }
        });
        this->visit_all([&](auto& at, auto i) {
            if (routes_.has_pending(i)) [[unlikely]] {
                this->send_own(at, i);
            }
            if ((routes_.has_pending(i) or not at.queue.is_empty()) and at.link.writable()) [[unlikely]] {
                pending_.set();
            }
            if (constants::policy[i] == when_full::wait and is_stalled_[i]) [[unlikely]] {
                this->visit_stalled(i, [&](auto& to, bool is_current) {
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
        constexpr auto i = forwarding::template index_of<Name>();
        static_assert(i < links, "no edge of this hub has this name");
        return this->template link_at<(i < links ? i : 0)>();
    }
    /// One link of the hub, for a driver that reports its doorbells, and starts and closes it as its peer comes and goes:
    /// `vhost_user::serve`. The other edges see a close as the loss of this one.
    class edge_control {
        router_hub* hub_;
        std::uint32_t link_;

      public:
        constexpr edge_control(router_hub& hub, std::uint32_t link) : hub_{&hub}, link_{link} {}
        constexpr auto notify(std::uint32_t queue) const -> void { hub_->notify(link_, queue); }
        [[nodiscard]] constexpr auto start() const -> status {
            auto outcome = status{};
            hub_->visit(link_, [&](auto& at, auto) { outcome = at.link.start(); });
            hub_->pending_.set();
            return outcome;
        }
        constexpr auto close() const -> void {
            hub_->visit(link_, [&](auto& at, auto i) { hub_->close_link(at, i); });
            hub_->pending_.set();
        }
    };
    template <fixed_name Name> [[nodiscard]] constexpr auto edge() -> edge_control { return {*this, number<Name>()}; }
    /// The number of an edge, for `notify`.
    template <fixed_name Name> [[nodiscard]] static consteval auto number() -> std::uint32_t {
        static_assert(forwarding::template index_of<Name>() < links, "no edge of this hub has this name");
        return forwarding::template index_of<Name>();
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
        this->visit(i, [&](auto& at, auto) { found = at.link.counts(); });
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
