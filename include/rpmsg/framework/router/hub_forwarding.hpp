#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/framework/router/hub_ports.hpp>
#include <rpmsg/framework/router/hub_queue.hpp>
#include <rpmsg/framework/router/route_table.hpp>
#include <rpmsg/transport/transport.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// How the messages of a hub go from one link to another one, wait there, and are dropped.
template <typename... Edges> class hub_forwarding : public hub_ports<Edges...> {
    using ports = hub_ports<Edges...>;

  protected:
    using ports::count;
    using ports::links;
    using ports::path;
    using ports::release;
    using ports::visit;
    using ports::visit_all;
    using typename ports::constants;
    using table = route_table<constants>;

    table routes_{};
    std::array<std::uint32_t, links> held_{};
    std::array<waiting_message, links> stalled_{}; ///< with `when_full::wait`: the one that is sent next
    std::array<bool, links> is_stalled_{};
    std::array<bool, links> is_ending_{}; ///< its edge restarted: what it sent before is read to its end, without a stall

    using ports::ports;

    /// What `pass_on` returns for a message that was sent. It returns `no_buffer` for one that may wait, and otherwise the reason
    /// for which it is dropped.
    static constexpr auto is_sent = counter::count_;

    /// Copies a message into a buffer of its target.
    [[gnu::always_inline]] static constexpr auto pass_on(auto& to, hub_passage const& where, const_bytes payload) -> counter {
        auto const room = reserve_for(to.link, payload.size());
        if (not room) [[unlikely]] {
            auto const is_too_large = says_room<decltype(to.link)> and payload.size() > to.link.tx_limit();
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
    [[gnu::noinline]] static constexpr auto pass_on_later(auto& to, hub_passage const& where, const_bytes payload) -> counter {
        return pass_on(to, where, payload);
    }
    /// Keeps a message for later; false when it has to be dropped.
    [[gnu::noinline]] constexpr auto keep(auto& queue, std::uint32_t share, waiting_message const& it) -> bool {
        auto const from = it.from;
        if (held_[from] < constants::held[from] and queue.push(it, share)) {
            ++held_[from];
            return true;
        }
        if (constants::may_stall and constants::policy[from] == when_full::wait and not is_ending_[from]) {
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

    /// Sends a message, or keeps it, or counts it as dropped. Returns whether its buffer is kept.
    [[gnu::always_inline]] constexpr auto hand_on(auto& to, std::uint32_t number, std::uint32_t from, rx_buffer const& m)
        -> bool {
        auto const& where = routes_.at(number);
        auto const is_free = to.queue.is_empty() and may_follow(to, where.to);
        auto const outcome = not is_free         ? counter::no_buffer
                             : sizeof(void*) > 4 ? pass_on(to, where, m.payload)
                                                 : pass_on_later(to, where, m.payload);
        if (outcome == is_sent) [[likely]] {
            return false;
        }
        auto const it =
            waiting_message{.payload = m.payload, .token = m.token, .passage = number, .self = m.destination, .from = from};
        if (outcome == counter::no_buffer and keep(to.queue, to.share, it)) {
            return true;
        }
        count(from, outcome);
        return false;
    }
    /// The same on small cores, where the links share it.
    [[gnu::noinline]] constexpr auto hand_on_shared(std::uint32_t number, std::uint32_t from, rx_buffer const& m) -> bool {
        auto is_kept = false;
        visit(routes_.at(number).to, [&](auto& to, auto) { is_kept = this->hand_on(to, number, from, m); });
        return is_kept;
    }
    /// Sends a message that came on link `from`. Returns whether its buffer is kept.
    template <typename Source> constexpr auto forward(Source& source, std::uint32_t from, rx_buffer const& m) -> bool {
        auto const number = routes_.find(from, m.destination);
        if (number == table::none) [[unlikely]] {
            on_other(from, m);
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
        if constexpr (sizeof(void*) > 4) {
            auto is_kept = false;
            visit(where.to, [&](auto& to, auto) { is_kept = this->hand_on(to, number, from, m); });
            return is_kept;
        } else {
            return hand_on_shared(number, from, m);
        }
    }
    /// A message that is for no route.
    [[gnu::noinline]] constexpr auto on_other(std::uint32_t from, rx_buffer const& m) -> void {
        auto reason = counter::no_endpoint;
        if (m.destination == name_service_address) {
            reason = routes_.on_announcement(from, m.payload);
        } else if (routes_.is_control(from, m.destination)) {
            reason = counter::bad_frame; // no command goes from an edge to the hub
        }
        if (reason != counter::count_) {
            count(from, reason);
        }
    }

    /// Sends one message that waits for a link; false when there is still no buffer.
    constexpr auto send_waiting(auto& to, waiting_message const& it) -> bool {
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

    struct path_lengths_of {
        hub_forwarding* hub;
        constexpr auto operator()(std::uint32_t link, std::uint32_t other) const { return hub->path(link, other); }
    };
    [[gnu::noinline]] constexpr auto send_own(auto& at, std::uint32_t i) -> void {
        while (routes_.has_pending(i)) {
            auto const room = reserve_for(at.link, sizeof(wire::announcement));
            if (not room) {
                return;
            }
            at.link.discard(room); // the next reserve takes it
            auto own = hub_message{};
            if (not routes_.next(i, own, path_lengths_of{this})) {
                return;
            }
            auto const outcome =
                pass_on(at, {.source = own.source, .destination = own.destination}, const_bytes{own.content}.first(own.size));
            if (outcome != is_sent) {
                at.link.count(outcome);
            }
        }
    }
};

} // namespace rpmsg::detail
