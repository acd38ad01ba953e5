#pragma once

#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/wait.hpp>
#include <rpmsg/transport/transport.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The state of a link and what every context may do with it: send, lend, give back. The channel around it polls. Each
/// call takes the lock for the time of one ring operation; the functions named try_ run under it.
template <typename Transport, typename Endpoints, typename Lock, typename Wait> class link_core : message_owner {
    static_assert(transport<Transport>);
    static_assert(endpoint_table<Endpoints>);
    static_assert(lock_policy<Lock>);

    Transport transport_;
    [[no_unique_address]] Endpoints endpoints_;
    [[no_unique_address]] Lock lock_;
    [[no_unique_address]] Wait wait_;
    std::uintptr_t poller_{};
    std::uint32_t generation_{}; ///< counts the times that the link came up
    bool is_up_{};
    bool is_starved_{};

    constexpr auto refuse(event_count reason, error refusal) -> error {
        transport_.counts().add(reason);
        return refusal;
    }
    [[nodiscard]] constexpr auto is_current(std::uint32_t generation) -> bool {
        auto const current = is_up_ and generation == generation_;
        if (not current) {
            transport_.counts().add(event_count::stale_loan);
        }
        return current;
    }

    constexpr auto try_reserve(std::uint32_t index, std::size_t size) -> result<tx_buffer> {
        if (not is_up_) {
            return refuse(event_count::closed, error::closed);
        }
        if (size > transport_.tx_limit()) {
            return refuse(event_count::too_large, error::too_large);
        }
        auto const room = transport_.reserve();
        if (not room) {
            endpoints_.state(index).is_starved = is_starved_ = true;
            return refuse(event_count::no_buffer, error::no_buffer);
        }
        return room;
    }
    constexpr auto try_commit(address from, address to, tx_buffer const& room, std::size_t size) -> status {
        if (to == any_address or size > room.space.size()) {
            transport_.discard(room);
            return to == any_address ? refuse(event_count::not_bound, error::not_bound)
                                     : refuse(event_count::too_large, error::too_large);
        }
        transport_.commit(room, {.source = from, .destination = to, .length = static_cast<std::uint16_t>(size)});
        return {};
    }
    constexpr auto try_send(std::uint32_t index, address to, const_bytes payload) -> status {
        if (to == any_address and is_up_) {
            return refuse(event_count::not_bound, error::not_bound);
        }
        auto const room = try_reserve(index, payload.size());
        if (not room) {
            return room.error();
        }
        copy(payload.first(std::min(payload.size(), room->space.size())), room->space);
        return try_commit(endpoints_.local(index), to, *room, payload.size());
    }

  public:
    using wait_type = Wait;
    using loan = tx_loan<link_core>;
    static constexpr bool acknowledged = Transport::acknowledged;

    constexpr link_core(Transport transport, Endpoints endpoints, Lock lock, Wait wait)
        : transport_{std::move(transport)}, endpoints_{std::move(endpoints)}, lock_{std::move(lock)},
          wait_{std::move(wait)} {}

    [[nodiscard]] constexpr auto transport() -> Transport& { return transport_; }
    [[nodiscard]] constexpr auto table() -> Endpoints& { return endpoints_; }
    [[nodiscard]] constexpr auto waiting() -> Wait& { return wait_; }
    [[nodiscard]] constexpr auto is_up() -> bool {
        return exclusively(lock_, [&] { return is_up_; });
    }

    /// Runs f(transport) under the lock.
    constexpr auto locked(auto&& f) {
        return exclusively(lock_, [&] { return f(transport_); });
    }
    constexpr auto count(event_count reason) -> void {
        locked([&](auto& link) { link.counts().add(reason); });
    }

    constexpr auto send_from(std::uint32_t index, address to, const_bytes payload) -> status {
        return exclusively(lock_, [&] { return try_send(index, to, payload); });
    }
    constexpr auto send_to_peer(std::uint32_t index, const_bytes payload) -> status {
        return exclusively(lock_, [&] { return try_send(index, endpoints_.state(index).peer(), payload); });
    }
    constexpr auto reserve_for(std::uint32_t index) -> loan {
        return exclusively(lock_, [&]() -> loan {
            auto const room = try_reserve(index, 0);
            if (not room) {
                return room.error();
            }
            return {*this, *room, generation_};
        });
    }
    /// Sends a loan; to the bound peer when `to` is the any-address.
    constexpr auto commit_from(std::uint32_t index, address to, loan&& given, std::size_t size) -> status {
        if (not given) {
            return given.refusal();
        }
        auto const left = given.leave();
        return exclusively(lock_, [&]() -> status {
            if (not is_current(left.generation)) {
                return error::closed;
            }
            auto const destination = to != any_address ? to : endpoints_.state(index).peer();
            return try_commit(endpoints_.local(index), destination, left.room, size);
        });
    }
    /// Takes unused room back.
    constexpr auto give_back(loan& given) -> void {
        auto const left = given.leave();
        exclusively(lock_, [&] {
            if (is_current(left.generation)) {
                transport_.discard(left.room);
            }
        });
    }

    /// Takes the message that is being delivered out of the poller's hands.
    constexpr auto hold(rx_buffer const& buffer) -> held_message {
        constexpr auto release = [](message_owner& owner, rx_buffer const& kept, std::uint32_t generation) {
            auto& self = static_cast<link_core&>(owner);
            exclusively(self.lock_, [&] {
                if (self.is_current(generation)) {
                    self.transport_.release(kept);
                    self.transport_.flush();
                }
            });
        };
        return {*this, release, buffer, generation_};
    }

    [[nodiscard]] constexpr auto local_of(std::uint32_t index) -> address { return endpoints_.local(index); }
    [[nodiscard]] constexpr auto peer_of(std::uint32_t index) -> address {
        return exclusively(lock_, [&] { return endpoints_.state(index).peer(); });
    }
    /// Whether a send of this endpoint was refused for want of a buffer since the last call.
    [[nodiscard]] constexpr auto take_starved(std::uint32_t index) -> bool {
        return exclusively(lock_, [&] { return std::exchange(endpoints_.state(index).is_starved, false); });
    }

    constexpr auto set_peer(std::uint32_t index, address peer) -> void {
        exclusively(lock_, [&] {
            endpoints_.state(index).peer_address = peer;
            endpoints_.state(index).is_bound = true;
        });
    }
    constexpr auto clear_peer(std::uint32_t index) -> void {
        exclusively(lock_, [&] { endpoints_.state(index).is_bound = false; });
    }
    constexpr auto set_up(bool is_up) -> void {
        exclusively(lock_, [&] {
            generation_ += is_up ? 1 : 0;
            is_up_ = is_up;
            is_starved_ = false;
        });
    }
    /// True once, after a refused reserve, when there is room again.
    constexpr auto take_writable() -> bool {
        return exclusively(lock_, [&] {
            auto const writable = is_starved_ and transport_.writable();
            is_starved_ = is_starved_ and not writable;
            return writable;
        });
    }

    /// The calling context is the one that polls.
    constexpr auto polled_here() -> void {
        if constexpr (wait_policy<Wait>) {
            if (not std::is_constant_evaluated()) {
                __atomic_store_n(&poller_, wait_.context(), __ATOMIC_RELAXED);
            }
        }
    }
    [[nodiscard]] auto is_polled_here() -> bool {
        return __atomic_load_n(&poller_, __ATOMIC_RELAXED) == wait_.context();
    }
};

} // namespace rpmsg::detail
