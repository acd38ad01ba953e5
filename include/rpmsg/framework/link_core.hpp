#pragma once

#include <rpmsg/framework/link_state.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace rpmsg::detail {

/// The operations of a link that every context may call: send, lend a buffer, give it back. The channel adds the poll. Each
/// call holds the lock for one ring operation; the functions named try_ are called with the lock held.
template <typename Transport, typename Endpoints, typename Lock, typename Wait>
class link_core : message_owner, public link_state<Transport, Endpoints, Lock, Wait> {
    using state = link_state<Transport, Endpoints, Lock, Wait>;
    using state::endpoints_;
    using state::generation_;
    using state::is_starved_;
    using state::is_up_;
    using state::transport_;

    /// Counts an error; the counters of the first errors are in the order of the errors.
    constexpr auto counted(error outcome) -> status {
        constexpr auto first = static_cast<unsigned>(counter::no_buffer) - static_cast<unsigned>(error::no_buffer);
        static_assert(static_cast<unsigned>(counter::closed) == first + static_cast<unsigned>(error::closed));
        if (outcome != error{}) [[unlikely]] {
            transport_.count(static_cast<counter>(first + static_cast<unsigned>(outcome)));
            return outcome;
        }
        return {};
    }
    [[nodiscard]] constexpr auto is_current(std::uint32_t generation) -> bool {
        auto const current = generation == generation_;
        if (not current) {
            transport_.count(counter::stale_loan);
        }
        return current;
    }
    /// The same for a loan. A stale loan, from before the link went down, ends here: its buffer was not reused until now.
    [[nodiscard]] constexpr auto is_current(tx_buffer const& room, std::uint32_t generation) -> bool {
        auto const current = is_current(generation);
        if (not current) {
            put_back(room);
        }
        return current;
    }

    /// Whether a message may take a buffer: in a table with credits not the last one, unless it is a name or a credit.
    constexpr auto may_reserve([[maybe_unused]] bool is_own) -> bool {
        if constexpr (state::keeps_buffer) {
            if (is_own and not this->kept_) {
                this->kept_ = detail::reserve_for(transport_, transport_.tx_limit());
                return static_cast<bool>(this->kept_);
            }
        }
        return true;
    }
    /// Reserves a buffer for a message of an endpoint, or for an announcement unless `is_own`.
    constexpr auto try_reserve(std::uint32_t index, tx_buffer& room, bool is_own = true, std::size_t least = 0) -> error {
        room = may_reserve(is_own) ? detail::reserve_for(transport_, least) : tx_buffer{};
        if constexpr (state::keeps_buffer) {
            if (not room and not is_own) {
                room = std::exchange(this->kept_, {});
            }
        }
        if (room) [[likely]] {
            return {};
        }
        if (not is_up_) {
            return error::closed;
        }
        if constexpr (reports_writable) {
            if (is_own) {
                endpoints_.state(index).is_starved = true;
            }
            this->starve();
        }
        auto due = transport_.next_deadline(0);
        // The peer violated the protocol: only a poll reports it. A waiting thread requests it once: the request wakes itself.
        if (due.is_set and due.at == 0 and not(wait_policy<Wait> and this->pending().is_set())) {
            this->call_poller();
        }
        return error::no_buffer;
    }
    constexpr auto pass_on(address from, address to, tx_buffer const& room, std::size_t size) -> error {
        auto const header = wire::header{.source = from, .destination = to, .length = static_cast<std::uint16_t>(size)};
        if (transport_.commit(room, header)) [[likely]] {
            return {};
        }
        this->call_poller(); // the link is broken: only a poll reports it
        return error::closed;
    }
    constexpr auto try_commit(address from, address to, tx_buffer const& room, std::size_t size) -> error {
        if (to == any_address or size > room.space.size()) {
            put_back(room);
            return to == any_address ? error::not_bound : error::too_large;
        }
        return pass_on(from, to, room, size);
    }
    /// Returns an unused buffer, and requests a poll for the senders and pending announcements that found no buffer.
    constexpr auto put_back(tx_buffer const& room) -> void {
        transport_.discard(room);
        if (not reports_writable or is_starved_) {
            this->call_poller();
        }
    }
    constexpr auto try_send(std::uint32_t index, address from, address to, const_bytes payload, bool is_own = true) -> error {
        // A transport that reserves by size needs the check for `too_large` first; with others the buffer's size is checked.
        constexpr auto is_found_by_size = detail::says_room<Transport>;
        auto const is_too_large = is_found_by_size and payload.size() > transport_.tx_limit();
        if (to == any_address or is_too_large) [[unlikely]] {
            return not is_up_ ? error::closed : to == any_address ? error::not_bound : error::too_large;
        }
        auto room = tx_buffer{};
        if (auto const refusal = try_reserve(index, room, is_own and to != name_service_address, payload.size());
            refusal != error{}) {
            return refusal == error::no_buffer and payload.size() > transport_.tx_limit() ? error::too_large : refusal;
        }
        if (not is_found_by_size and payload.size() > room.space.size()) [[unlikely]] {
            put_back(room);
            return error::too_large;
        }
        copy(payload, {room.space.data(), payload.size()});
        return pass_on(from, to, room, payload.size());
    }

    /// The destination of a message: `to`, or the bound peer when `to` is the any-address.
    [[nodiscard]] constexpr auto destination(std::uint32_t index, address to) -> address {
        return to != any_address ? to : endpoints_.state(index).peer();
    }
    /// Takes the parts of the span: on small cores they are passed in registers, a span in memory.
    constexpr auto send_parts(std::byte const* data, std::size_t size, address to, std::uint32_t id) -> status {
        auto guard = this->locked();
        auto const index = this->find(id);
        if (not Endpoints::is_static and index == no_index) {
            return error::no_endpoint;
        }
        return counted(try_send(index, endpoints_.local(index), destination(index, to), {data, size}));
    }

  public:
    using loan = tx_loan<link_core>;
    using state::reports_writable;

    constexpr explicit link_core(Transport&& transport) : state{std::move(transport)} {}
    template <typename T, typename E, typename L, typename W>
    constexpr link_core(T&& transport, E&& endpoints, L&& lock, W&& wait)
        : state{std::forward<T>(transport), std::forward<E>(endpoints), std::forward<L>(lock), std::forward<W>(wait)} {}

    /// Sends a message of an endpoint; to the bound peer when `to` is the any-address.
    constexpr auto send_from(std::uint32_t id, address to, const_bytes payload) -> status {
        return send_parts(payload.data(), payload.size(), to, id);
    }
    /// Sends a message to the bound peer that `fill` writes in place: fill(payload) returns its size, 0 for no message.
    template <typename Fill> constexpr auto send_filled_from(std::uint32_t id, Fill&& fill) -> status {
        auto guard = this->locked();
        auto const index = this->find(id);
        if (not Endpoints::is_static and index == no_index) {
            return error::no_endpoint;
        }
        auto const to = endpoints_.state(index).peer();
        auto room = tx_buffer{};
        auto refusal = to == any_address ? error::not_bound : error{};
        if (refusal == error{}) [[likely]] {
            refusal = try_reserve(index, room, true, detail::says_room<Transport> ? transport_.tx_limit() : 0);
        }
        if (refusal != error{}) {
            return counted(refusal);
        }
        auto const size = fill(room.space);
        if (size == 0) {
            put_back(room);
            return {};
        }
        return counted(pass_on(endpoints_.local(index), to, room, size));
    }
    /// The same for a message that may take the last buffer.
    constexpr auto send_credit_from(std::uint32_t id, const_bytes payload) -> status {
        static_assert(state::keeps_buffer, "a service that sends credits says so: static constexpr bool has_credits = true");
        auto guard = this->locked();
        auto const index = this->find(id);
        if (not Endpoints::is_static and index == no_index) {
            return error::no_endpoint;
        }
        return counted(try_send(index, endpoints_.local(index), destination(index, any_address), payload, false));
    }
    /// Sends an announcement of an endpoint, also while its destruction is pending. Succeeds without sending when the peer has
    /// no name service.
    constexpr auto announce_from(std::uint32_t index, wire::announcement const& announced) -> status {
        if constexpr (requires { transport_.announce(announced); }) {
            auto guard = this->locked();
            return counted(transport_.announce(announced).error());
        }
        if (not detail::takes_names(transport_)) {
            return {};
        }
        auto const send = [&](const_bytes payload) -> status {
            if constexpr (Endpoints::is_static) {
                return send_from(index, name_service_address, payload);
            } else {
                auto guard = this->locked();
                return counted(try_send(index, endpoints_.local(index), name_service_address, payload));
            }
        };
        if (std::is_constant_evaluated()) {
            return send(std::bit_cast<std::array<std::byte, sizeof(announced)>>(announced));
        }
        return send(std::as_bytes(std::span{&announced, 1}));
    }
    /// Lends a buffer for `least` bytes; for 0 the largest one, where the peer's buffers differ in size.
    constexpr auto reserve_for(std::uint32_t id, std::size_t least = 0) -> loan {
        auto guard = this->locked();
        auto const index = this->find(id);
        if (index == no_index) {
            return error::no_endpoint;
        }
        if (least > transport_.tx_limit()) {
            return counted(is_up_ ? error::too_large : error::closed).error();
        }
        auto room = tx_buffer{};
        if (detail::says_room<Transport> and least == 0 and may_reserve(true)) {
            room = detail::reserve_for(transport_, transport_.tx_limit());
        }
        if (not room) {
            if (auto const reserved = counted(try_reserve(index, room, true, least)); not reserved) {
                return reserved.error();
            }
        }
        return {*this, room, generation_};
    }
    /// Sends a loan; to the bound peer when `to` is the any-address.
    constexpr auto commit_from(std::uint32_t id, address to, loan&& given, std::size_t size) -> status {
        if (not given) {
            return given.refusal();
        }
        if (given.owner_ != this) { // a loan of another link; its destructor gives it back there
            this->count(counter::stale_loan);
            return error::closed;
        }
        auto left = given.leave();
        auto guard = this->locked();
        if (not is_current(left.room, left.generation)) {
            return error::closed;
        }
        auto const index = this->find(id);
        if (index == no_index) {
            put_back(left.room);
            return error::no_endpoint;
        }
        return counted(try_commit(endpoints_.local(index), destination(index, to), left.room, size));
    }
    /// Binds an endpoint, which must be bound already, to another endpoint of the peer.
    constexpr auto rebind(std::uint32_t id, address peer) -> status {
        auto guard = this->locked();
        auto const index = this->find(id);
        if (index == no_index) {
            return error::no_endpoint;
        }
        auto const may_be = peer != any_address and endpoints_.fixed_peer(index) == any_address;
        if (not may_be or not endpoints_.state(index).is_bound()) {
            return is_up_ ? error::not_bound : error::closed;
        }
        endpoints_.state(index).bind(peer);
        return {};
    }
    /// Takes an unused loan back.
    constexpr auto give_back(loan& given) -> void {
        auto left = given.leave();
        auto guard = this->locked();
        if (is_current(left.room, left.generation)) {
            put_back(left.room);
        }
    }

    /// Keeps the message that is being delivered: the poll does not release its buffer.
    constexpr auto hold(message const& content, rx_token const& token) -> held_message {
        constexpr auto release = [](message_owner& owner, rx_token const& kept, std::uint32_t generation) {
            auto& self = static_cast<link_core&>(owner);
            auto guard = self.locked();
            auto const current = self.is_current(generation);
            if (current) {
                release_at_once(self.transport_, kept);
            }
            return current;
        };
        return {*this, release, content, token, generation_};
    }
};

} // namespace rpmsg::detail
