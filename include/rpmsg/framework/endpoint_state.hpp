#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/atomic_word.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// "No such endpoint", as an index.
inline constexpr std::uint32_t no_index = 0xffff'ffff;

/// What a channel remembers of an endpoint. All zero when unused. The peer is one word, so that it may be read and
/// written without a lock.
class endpoint_state {
    std::uint32_t bound_to_{}; ///< the complement of the peer's address; 0 while unbound

    [[gnu::always_inline]] [[nodiscard]] constexpr auto bound_to() const -> std::uint32_t {
        return std::is_constant_evaluated() ? bound_to_ : detail::atomic_load<__ATOMIC_RELAXED>(bound_to_);
    }

  public:
    bool must_announce{};    ///< a CREATE is due, or a CREATE_ACK when it is bound by name
    bool is_bound_by_name{}; ///< the peer has said the name, where a first message does not
    bool is_starved{};       ///< a send found no buffer

    /// The peer's endpoint, or any_address while unbound.
    [[nodiscard]] constexpr auto peer() const -> address { return address{~bound_to()}; }
    [[nodiscard]] constexpr auto is_bound() const -> bool { return bound_to() != 0; }
    /// Binds it to a peer; to any_address unbinds it.
    constexpr auto bind(address peer) -> void {
        auto const complement = ~static_cast<std::uint32_t>(peer);
        if (std::is_constant_evaluated()) {
            bound_to_ = complement;
        } else {
            detail::atomic_store<__ATOMIC_RELAXED>(bound_to_, complement);
        }
    }
};

/// The same in a table whose endpoints come and go.
class pool_endpoint_state : public endpoint_state {
  public:
    bool is_used{};       ///< there is an endpoint, be it one that is about to go
    bool must_withdraw{}; ///< it was destroyed: a DESTROY is due, then its place is free
    bool knows_link{};    ///< it was told that the link is up
};

} // namespace rpmsg
