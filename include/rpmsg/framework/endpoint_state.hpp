#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/atomic_word.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// The index that means "no such endpoint".
inline constexpr std::uint32_t no_index = 0xffff'ffff;

/// The state of an endpoint in its channel; all zero when unused. The peer is one word, so that it can be read and written
/// without a lock.
class endpoint_state {
    std::uint32_t bound_to_{}; ///< the complement of the peer's address; 0 while unbound

    [[gnu::always_inline]] [[nodiscard]] constexpr auto bound_to() const -> std::uint32_t {
        return std::is_constant_evaluated() ? bound_to_ : detail::atomic_load<__ATOMIC_RELAXED>(bound_to_);
    }

  public:
    bool must_announce{};    ///< a CREATE is pending, or a CREATE_ACK when it is bound by name
    bool is_bound_by_name{}; ///< bound by an announcement of the name, not by a first message
    bool is_starved{};       ///< a send found no buffer

    /// The peer's endpoint, or any_address while unbound.
    [[gnu::always_inline]] [[nodiscard]] constexpr auto peer() const -> address { return address{~bound_to()}; }
    [[nodiscard]] constexpr auto is_bound() const -> bool { return bound_to() != 0; }
    /// Binds the endpoint to a peer; any_address unbinds it.
    constexpr auto bind(address peer) -> void {
        auto const complement = ~static_cast<std::uint32_t>(peer);
        if (std::is_constant_evaluated()) {
            bound_to_ = complement;
        } else {
            detail::atomic_store<__ATOMIC_RELAXED>(bound_to_, complement);
        }
    }
};

/// The state of an endpoint in an `endpoint_pool`.
class pool_endpoint_state : public endpoint_state {
  public:
    bool is_used{};       ///< there is an endpoint, also while its destruction is pending
    bool must_withdraw{}; ///< the endpoint was destroyed: a DESTROY is pending, then its place becomes free
    bool knows_link{};    ///< its event handler was called with link_up
};

} // namespace rpmsg
