#pragma once

#include <rpmsg/core/address.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// "No such endpoint", as an index.
inline constexpr std::uint32_t no_index = 0xffff'ffff;

/// An endpoint in the hands of the user: its index, and the generation of its place above it. An id of an endpoint that
/// is gone finds nobody.
[[nodiscard]] constexpr auto id_of(std::uint32_t index, std::uint16_t generation) -> std::uint32_t {
    return index | std::uint32_t{generation} << 16;
}

[[nodiscard]] constexpr auto index_of_id(std::uint32_t id) -> std::uint32_t { return id & 0xffff; }

/// What a channel remembers of an endpoint. All zero when unused. The peer is one word, so that it may be read and
/// written without a lock.
class endpoint_state {
    std::uint32_t bound_to_{}; ///< the complement of the peer's address; 0 while unbound

    [[gnu::always_inline]] [[nodiscard]] constexpr auto bound_to() const -> std::uint32_t {
        return std::is_constant_evaluated() ? bound_to_ : __atomic_load_n(&bound_to_, __ATOMIC_RELAXED);
    }

  public:
    std::uint16_t generation{}; ///< how many endpoints had this place before
    bool is_used{};             ///< in a table whose endpoints come and go
    bool must_announce{};       ///< a CREATE is due, or a CREATE_ACK when it is bound by name
    bool is_bound_by_name{};    ///< the peer has said the name, where a first message does not
    bool must_withdraw{};       ///< a DESTROY is due, then the endpoint is gone
    bool is_starved{};          ///< a send found no buffer
    bool knows_link{};          ///< was told that the link is up

    /// The peer's endpoint, or any_address while unbound.
    [[nodiscard]] constexpr auto peer() const -> address { return address{~bound_to()}; }
    [[nodiscard]] constexpr auto is_bound() const -> bool { return bound_to() != 0; }
    /// Binds it to a peer; to any_address unbinds it.
    constexpr auto bind(address peer) -> void {
        auto const complement = ~static_cast<std::uint32_t>(peer);
        if (std::is_constant_evaluated()) {
            bound_to_ = complement;
        } else {
            __atomic_store_n(&bound_to_, complement, __ATOMIC_RELAXED);
        }
    }
};

} // namespace rpmsg
