#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_state.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/wait.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace rpmsg {

/// The functions of an endpoint that every context may call. All messages are sent from its own address, and no function
/// blocks. Errors, each of them counted: `closed`, `not_bound`, `no_buffer`, `too_large`; `no_endpoint` is not counted.
template <typename Channel> class endpoint_link {
    Channel* channel_;
    std::uint32_t id_;

  protected:
    [[nodiscard]] constexpr auto owner() const -> Channel& { return *channel_; }

  public:
    using loan = tx_loan<Channel>;

    /// Called by the channel.
    constexpr endpoint_link(Channel& channel, std::uint32_t id) : channel_{&channel}, id_{id} {}

    /// The id for `channel::at` and `channel::destroy`.
    [[nodiscard]] constexpr auto id() const -> std::uint32_t { return id_; }
    [[nodiscard]] constexpr auto self() const -> address { return channel_->local_of(id_); }
    /// The whole name; of a session of a group valid until it ends. Call it from the polling context.
    [[nodiscard]] constexpr auto name() const -> std::string_view {
        auto const index = channel_->find(id_);
        return index != no_index ? wire::view_of(channel_->table().name(index)) : std::string_view{};
    }
    /// The peer's endpoint, or any_address while unbound.
    [[nodiscard]] constexpr auto peer() const -> address { return channel_->peer_of(id_); }
    [[nodiscard]] constexpr auto is_bound() const -> bool { return peer() != any_address; }

    /// Copies the payload to the sender of a message; false when it was refused. `send_to` returns the error.
    constexpr auto reply(message const& to, const_bytes payload) const -> bool { // NOLINT(modernize-use-nodiscard)
        return channel_->send_from(id_, to.source, payload).has_value();
    }
    /// Copies the payload to the bound peer.
    [[nodiscard]] constexpr auto send(const_bytes payload) const -> status {
        return channel_->send_from(id_, any_address, payload);
    }
    /// Copies the payload to any endpoint of the peer, or to the bound one when `to` is the any-address.
    [[nodiscard]] constexpr auto send_to(address to, const_bytes payload) const -> status {
        return channel_->send_from(id_, to, payload);
    }

    /// Sends a message that `fill` writes into the largest free buffer: fill(payload) returns the size of the message, or 0
    /// when there is none. It is called under the lock of the link, and calls nothing of it. Errors as of `send`.
    [[nodiscard]] constexpr auto send_filled(auto&& fill) const -> status { return channel_->send_filled_from(id_, fill); }

    /// Copies a payload without which the peer sends nothing, such as a credit, to the bound peer: it may take the last
    /// transmit buffer, which other messages of a table with `has_credits` leave.
    [[nodiscard]] constexpr auto send_credit(const_bytes payload) const -> status {
        return channel_->send_credit_from(id_, payload);
    }

    /// A payload that is no bytes gives one readable error.
    constexpr auto reply(message const& to, no_bytes auto&& other) const -> bool {
        return detail::lent<archetypes::link&>().reply(to, other);
    }
    constexpr auto send(no_bytes auto&& other) const -> status { return detail::lent<archetypes::link&>().send(other); }
    constexpr auto send_to(address to, no_bytes auto&& other) const -> status {
        return detail::lent<archetypes::link&>().send_to(to, other);
    }

    /// Binds to another endpoint of the peer, for use after the event `peer_moved`. Call it from the polling context. Error:
    /// `not_bound` while the endpoint is unbound, or when its peer is fixed.
    [[nodiscard]] constexpr auto rebind(address peer) const -> status { return channel_->rebind(id_, peer); }

    /// Lends a transmit buffer for at least `least` bytes, to be filled in place. For 0 it lends the largest one, where the
    /// peer's buffers differ in size. Errors: `too_large`, `no_buffer`, `closed`.
    [[nodiscard]] constexpr auto reserve(std::size_t least = 0) const -> loan { return channel_->reserve_for(id_, least); }
    /// Sends the first `size` bytes of the buffer to the bound peer. On an error the buffer is given back.
    [[nodiscard]] constexpr auto commit(loan&& room, std::size_t size) const -> status {
        return channel_->commit_from(id_, any_address, std::move(room), size);
    }
    [[nodiscard]] constexpr auto commit_to(address to, loan&& room, std::size_t size) const -> status {
        return channel_->commit_from(id_, to, std::move(room), size);
    }
    template <typename Loan> auto commit(Loan&, std::size_t) const -> status {
        static_assert(detail::never<Loan>, "a commit takes the loan away: write commit(std::move(loan), size)");
        return {};
    }
};

/// The endpoint that a handler receives, valid until the handler returns.
template <typename Channel> class handler_link : public endpoint_link<Channel> {
    rx_token token_{};
    std::byte const* data_{};
    bool may_hold_{}; ///< there is a message that is not held yet

    /// The index of the first session of this group.
    [[nodiscard]] constexpr auto group() const -> std::uint32_t {
        auto& table = this->owner().table();
        return table.group_of(table.index_of(this->id()));
    }
    [[nodiscard]] constexpr auto id_of(std::uint32_t session) const -> std::uint32_t {
        return this->owner().id_at(group() + session);
    }

  public:
    /// Called by the channel: the first for an event, the second for a message.
    constexpr handler_link(Channel& channel, std::uint32_t id) : endpoint_link<Channel>{channel, id} {}
    constexpr handler_link(Channel& channel, std::uint32_t id, rx_buffer const& received)
        : endpoint_link<Channel>{channel, id}, token_{received.token}, data_{received.payload.data()}, may_hold_{true} {}
    handler_link(handler_link const&) = delete;
    auto operator=(handler_link const&) -> handler_link& = delete;

    /// Keeps the message that is being delivered after its handler returns; empty for any other message, or a second time.
    [[nodiscard]] constexpr auto hold(message const& current) -> held_message {
        if (not may_hold_ or current.payload.data() != data_) {
            return {};
        }
        may_hold_ = false;
        return this->owner().hold(current, token_);
    }
    /// Whether the endpoint was not destroyed by its handler.
    [[nodiscard]] constexpr auto is_live() const -> bool { return this->owner().find(this->id()) != no_index; }
    /// Called by the channel: whether the message was kept.
    [[nodiscard]] constexpr auto holds() const -> bool { return not may_hold_; }

    /// Called by a table that keeps messages: the channel of the link.
    [[nodiscard]] constexpr auto channel() const -> Channel& { return this->owner(); }

    /// Ends the waits of other contexts on this link, so that they look at what the handler changed.
    constexpr auto wake() const -> void { this->owner().waiting().wake(); }

    /// Only in a group: ends this session, or another one of the group. The peer is told by the next polls; no function of the
    /// session is called again.
    constexpr auto close() const -> void { (void)this->owner().destroy(this->id()); }
    constexpr auto close(std::uint32_t session) const -> void { (void)this->owner().destroy(id_of(session)); }
    /// Only in a group: opens a session with a name of this side, and returns its number. The next polls announce it, and bind
    /// it if the peer announced the name before. Errors: `malformed`, `name_in_use`, `no_endpoint`.
    [[nodiscard]] constexpr auto open(std::string_view name) const -> result<std::uint32_t> {
        auto const made = this->owner().open(group(), name);
        return made ? result<std::uint32_t>{*made - group()} : made.error();
    }
    /// Only in a group: another session of it. Its calls return `no_endpoint` while it is not open.
    [[nodiscard]] constexpr auto session(std::uint32_t session) const -> endpoint_link<Channel> {
        return {this->owner(), id_of(session)};
    }
    /// Only in a group: whether the peer was told the name of a session, or that it is bound.
    [[nodiscard]] constexpr auto is_announced(std::uint32_t session) const -> bool {
        return not this->owner().table().state(group() + session).must_announce;
    }
    /// Only in a group: offers the unclaimed names of the peer to the groups once more, after one accepts more names.
    constexpr auto rescan() const -> void {
        this->owner().polling().has_pending = true;
        this->owner().call_poller();
    }

    /// A compile-time error: a handler that waits would block the poll that called it.
    template <typename... Arguments> auto send_until(Arguments&&... arguments) const -> status {
        return detail::lent<archetypes::link&>().send_until(std::forward<Arguments>(arguments)...);
    }
};

namespace detail {
/// Calls attempt() until it returns something else than `no_buffer` and `not_bound`, and sleeps between two calls. A clock that
/// is set back does not extend the wait.
template <typename Channel, typename Attempt> auto wait_for(Channel& channel, ticks deadline, Attempt attempt) -> status {
    auto left = until(deadline, channel.waiting().now());
    while (true) {
        auto const ticket = channel.waiting().ticket();
        auto const outcome = attempt();
        auto const may_change = outcome.error() == error::no_buffer or outcome.error() == error::not_bound;
        if (not may_change) {
            return outcome;
        }
        if (channel.is_polled_here()) {
            channel.count(counter::would_deadlock);
            return error::would_deadlock;
        }
        auto const now = channel.waiting().now();
        left = std::min(left, until(deadline, now));
        deadline = now + left;
        if (not channel.waiting().wait(ticket, deadline)) {
            auto const last = attempt();
            auto const is_late = last.error() == error::no_buffer or last.error() == error::not_bound;
            return is_late ? error::timed_out : last;
        }
    }
}
} // namespace detail

/// An endpoint outside of its handler, from `channel::get` or `channel::at`. It can also block, where the channel has a wait
/// policy.
template <typename Channel> class endpoint_handle : public endpoint_link<Channel> {
    static constexpr bool can_wait = wait_policy<typename Channel::wait_type>;

  public:
    using endpoint_link<Channel>::endpoint_link;

    /// Copies the payload to the bound peer; blocks until there are a peer and a buffer. Errors: `timed_out` at the deadline,
    /// `closed` when the link is or goes down, `too_large`, and `would_deadlock` in the context that polls this link.
    [[nodiscard]] auto send_until(const_bytes payload, ticks deadline) const -> status {
        if constexpr (can_wait) {
            return detail::wait_for(this->owner(), deadline, [&] { return this->send(payload); });
        } else {
            static_assert(can_wait, "waiting needs a wait policy: name one as the fourth argument of the channel");
            return {};
        }
    }

    auto send_until(no_bytes auto&& other, ticks) const -> status { return detail::lent<archetypes::link&>().send(other); }

    /// Lends a buffer of at least `least` bytes; blocks like `send_until`. On an error the loan is empty.
    [[nodiscard]] auto reserve_until(ticks deadline, std::size_t least = 0) const -> tx_loan<Channel> {
        if constexpr (can_wait) {
            auto room = tx_loan<Channel>{error::no_buffer};
            auto const outcome = detail::wait_for(this->owner(), deadline, [&]() -> status {
                room = this->reserve(least);
                return room ? status{} : status{room.refusal()};
            });
            return outcome ? std::move(room) : tx_loan<Channel>{outcome.error()};
        } else {
            static_assert(can_wait, "waiting needs a wait policy: name one as the fourth argument of the channel");
            return error::closed;
        }
    }
};

} // namespace rpmsg
