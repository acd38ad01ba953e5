#pragma once

#include <rpmsg/core/address.hpp>

#include <cstdint>

namespace rpmsg {

/// "No such endpoint", as an index.
inline constexpr std::uint32_t no_index = 0xffff'ffff;

/// An endpoint in the hands of the user: its index, and the generation of its place above it. An id of an endpoint that
/// is gone finds nobody.
[[nodiscard]] constexpr auto id_of(std::uint32_t index, std::uint16_t generation) -> std::uint32_t {
    return index | std::uint32_t{generation} << 16;
}

[[nodiscard]] constexpr auto index_of_id(std::uint32_t id) -> std::uint32_t { return id & 0xffff; }

/// What a channel remembers of an endpoint. All zero when unused.
struct endpoint_state {
    address peer_address{};     ///< meaningful while bound or fixed
    std::uint16_t generation{}; ///< how many endpoints had this place before
    bool is_used{};
    bool is_bound{};
    bool has_fixed_peer{};
    bool must_announce{};    ///< a CREATE is due
    bool must_acknowledge{}; ///< a CREATE_ACK is due
    bool must_withdraw{};    ///< a DESTROY is due, then the endpoint is gone
    bool is_starved{};       ///< a send found no buffer
    bool knows_link{};       ///< was told that the link is up

    [[nodiscard]] constexpr auto peer() const -> address { return is_bound ? peer_address : any_address; }
    /// Whether a message of `source` may be delivered.
    [[nodiscard]] constexpr auto admits(address source) const -> bool {
        return not has_fixed_peer or source == peer_address;
    }
};

} // namespace rpmsg
