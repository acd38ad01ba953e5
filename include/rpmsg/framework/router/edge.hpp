#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/router/port.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// The transport to another core through a hub: `channel{router_edge{port}, endpoints{...}}`. It uses the buffers of the link
/// to the hub, and that link's lock: the channel has the same lock. `tx_limit` is what the whole path allows. Endpoints have
/// names of at most 21 characters, and no fixed addresses. Services with credits (`has_credits`) share the buffers of the hub
/// link with the other endpoints there.
template <typename Port> class router_edge {
    Port* port_;

    template <typename... Items> static consteval auto are_short(endpoints<Items...> const*) -> bool {
        auto const is_short = []<typename T>(std::type_identity<T>) {
            if constexpr (endpoint_description<T>) {
                return T::name().empty() or wire::is_routed_name(T::name());
            }
            return true;
        };
        return (... and is_short(std::type_identity<Items>{}));
    }
    static consteval auto are_short(void const*) -> bool { return true; }

    [[nodiscard]] auto is_live() const -> bool { return port_->is_edge_up_ and port_->hub_.generation() == port_->generation_; }
    /// Returns all messages that the edge's handlers hold to the hub: the holders do not use them any more.
    auto return_all() -> void {
        auto const is_same_link = port_->hub_.generation() == port_->generation_;
        for (auto& each : port_->loans_) {
            if (each.state == Port::lend::held) {
                if (is_same_link) {
                    port_->hub_.release(each.token);
                }
                each = {};
            } else if (each.state == Port::lend::delivered) {
                each.state = Port::lend::returned;
            }
        }
        port_->delivering_ = no_index;
        port_->are_news_lent_ = false;
    }

  public:
    static constexpr std::uint32_t max_frame = Port::max_frame;
    static constexpr bool acknowledged = true;

    constexpr explicit router_edge(Port& port) : port_{&port} {}

    /// Called by the channel.
    template <typename T, typename Table, typename Lock, typename Wait>
    auto attach(channel<T, Table, Lock, Wait>& edge) -> void {
        constexpr auto named = detail::have_names(static_cast<Table const*>(nullptr));
        static_assert(named, "an endpoint on a router's edge has a name and no fixed address: the hub finds it by its name");
        constexpr auto fits = are_short(static_cast<Table const*>(nullptr));
        static_assert(not named or fits,
                      "an endpoint on a router's edge has a name of at most 21 characters, not r: or router:");
        port_->edge_ = detail::edge_channel{edge};
        port_->has_lock_ = not std::is_same_v<Lock, no_lock>;
    }

    [[nodiscard]] auto tx_limit() const -> std::uint32_t { return port_->tx_limit_; }
    [[nodiscard]] auto rx_limit() const -> std::uint32_t { return std::min(port_->rx_length_, max_frame - wire::header_size); }
    [[nodiscard]] auto counts() const -> counters const& { return port_->counts_; }
    auto count(counter reason) -> void { port_->counts_.add(reason); }

    [[nodiscard]] auto start() -> status {
        port_->is_started_ = port_->must_look_ = true;
        port_->hub_.call_poller();
        return {};
    }
    auto close() -> void {
        if (port_->is_edge_up_) {
            return_all();
        }
        port_->is_started_ = port_->is_edge_up_ = false;
        port_->tx_limit_ = 0;
        port_->names_.drop_all();
        port_->must_leave_ = port_->control_ != no_index;
        port_->state_ = port_state::absent;
    }
    auto poll(ticks now) -> link_change {
        port_->now_ = now;
        if (not port_->is_changing()) {
            return {};
        }
        if (port_->is_edge_up_) {
            return_all();
            port_->is_edge_up_ = false;
            port_->tx_limit_ = 0;
            count(counter::link_down);
            return {.event = link_event::down, .reason = port_->reason_};
        }
        port_->is_edge_up_ = true;
        port_->edge_life_ = port_->life_;
        port_->generation_ = port_->hub_.generation();
        port_->tx_limit_ = std::min({port_->tx_length_, port_->hub_.tx_limit(), max_frame - wire::header_size});
        return {.event = link_event::up};
    }
    auto notify(std::uint32_t) -> void {}

    [[nodiscard]] auto reserve() -> tx_buffer {
        if (not is_live()) {
            return {};
        }
        auto room = port_->hub_.reserve(port_->tx_limit_);
        if (not room) {
            port_->hub_.call_poller();
            return {};
        }
        room.space = room.space.first(std::min<std::size_t>(room.space.size(), port_->tx_limit_));
        return room;
    }
    /// Room of an earlier life goes back to the hub link, too.
    auto discard(tx_buffer const& room) -> void {
        port_->hub_.discard(room);
        port_->hub_.call_poller();
    }
    auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        if (not is_live()) {
            discard(room);
            return false;
        }
        auto routed = header;
        if (auto* const it = port_->entry_of(header.destination); it != nullptr) {
            routed.source = it->own;
            if (not port_->acknowledge_first(*it)) {
                discard(room);
                return false;
            }
        }
        auto const is_sent = port_->hub_.commit(room, routed);
        if (not is_sent) {
            port_->hub_.call_poller();
        }
        return is_sent;
    }

    /// Names of the other edge come first, as messages to the name service; then the message that the hub link delivers.
    [[nodiscard]] auto receive() -> rx_buffer {
        if (not is_live() or not port_->has_work()) {
            return {};
        }
        if (port_->names_.next(port_->news_)) {
            port_->note_free_name();
            port_->are_news_lent_ = true;
            return {.outcome = rx_outcome::message,
                    .source = port_->news_.where,
                    .destination = name_service_address,
                    .payload = std::as_bytes(std::span{&port_->news_, 1}),
                    .token = {.id = Port::news_token, .capacity = sizeof(port_->news_)}};
        }
        port_->delivering_ = no_index;
        return port_->mailbox_;
    }
    auto release(rx_token const& token) -> void {
        if (token.id == Port::news_token) {
            port_->are_news_lent_ = false;
            return;
        }
        auto& lent = port_->loans_[token.id];
        if (lent.state == Port::lend::delivered) {
            lent.state = Port::lend::returned;
        } else if (lent.state == Port::lend::held) {
            if (port_->hub_.generation() == port_->generation_) {
                port_->hub_.release(lent.token);
            } else {
                count(counter::stale_loan);
            }
            lent = {};
        } else {
            count(counter::stale_loan);
        }
    }
    auto flush() -> void {}

    [[nodiscard]] auto writable() -> bool { return is_live() and port_->hub_.writable(); }
    [[nodiscard]] auto next_deadline(ticks now) const -> poll_deadline {
        return is_live() ? port_->hub_.next_deadline(now) : poll_deadline{};
    }
    [[nodiscard]] auto can_say_goodbye() const -> bool { return is_live(); }

    /// Called by the channel for its names; the hub link sends them. Errors: `too_large` for a name that cannot be routed;
    /// `no_buffer` while the port has no room for another name.
    [[nodiscard]] auto announce(wire::announcement const& announced) -> status {
        if (not wire::is_routed_name(announced.service())) {
            return error::too_large;
        }
        auto& names = port_->names_;
        auto const is_gone = announced.kind == wire::announcement_kind::destroy;
        auto const i = is_gone ? names.find(announced.name) : names.find_or_add(announced.name);
        if (i == no_index) {
            port_->is_refused_ = not is_gone;
            return is_gone ? status{} : error::no_buffer;
        }
        auto& it = names.at(i);
        if (is_gone and it.local != announced.where) {
            return {}; // an endpoint that is gone already
        }
        if (is_gone) {
            it = {.name = it.name, .session = it.session, .must_close = it.session != no_index};
            if (names.settle(i)) {
                port_->note_free_name();
            }
        } else {
            it.local = announced.where;
            it.is_wanted = it.is_wanted or announced.kind == wire::announcement_kind::create;
            it.must_acknowledge = it.is_accepted and not it.is_acknowledged;
        }
        port_->hub_.call_poller();
        return {};
    }
};

} // namespace rpmsg
