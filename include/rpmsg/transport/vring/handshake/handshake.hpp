#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg::detail {

/// Result of one step of a handshake.
enum class handshake_step : std::uint8_t {
    none,     ///< no change
    answered, ///< this side's words changed: ring the doorbell
    attach,   ///< the rings are ready; a driver initialises them first
    resume,   ///< the rings are ready and unchanged since the close
    early,    ///< a doorbell came before the rings were initialised
    over,     ///< the broken rings are not valid any more: the link may come up again
    refuse,   ///< the configuration of the peer does not match
};

/// Requirements of the link lifecycle on a handshake. Each handshake is one file with both roles; it derives from this struct
/// and overrides constants that differ. Each also has these functions, for a region and a layout:
///
///   start(m, at)                  this side starts: writes its words
///   is_established(m, at)         whether the words are still those of the link that is up, or the peer is ready
///   advance(m, at, is_established, rang)  one step while the link is not up; `rang`: a doorbell of ring 0 arrived
///   attached(m, at)               drivers only: called after the rings were initialised
///   restart(m, at)                this side closes or restarts
///   mismatch(m, at)               the field of the peer's words that does not match the configuration
///   fits(at, size)                whether all words that it accesses lie inside a region of `size` bytes
struct handshake_facts {
    /// Both sides agree on new rings by themselves: a restart of either is detected without a mark on the rings.
    static constexpr bool agrees_on_rings = false;
    /// Messages that the peer published before its restart are still delivered.
    static constexpr bool drains_after_restart = false;
    /// The peer's words change without a doorbell while the link is not up.
    static constexpr bool changes_without_doorbell = false;
    /// A peer that restarts may ring nothing: a link that is up is polled by time.
    static constexpr bool restarts_without_doorbell = false;
    /// The first doorbell of ring 0 announces that the rings are ready.
    static constexpr bool needs_doorbell = false;
    /// A word reports the close of this side to the peer, so that a doorbell is rung for it.
    static constexpr bool tells_of_close = false;
    /// The number of steps that one doorbell may announce.
    static constexpr int most_steps = 1;
};

/// A handshake as the life cycle of a link needs it; the functions are those listed above.
template <typename T, typename Region, typename Layout>
concept vring_handshake = std::derived_from<T, handshake_facts> and
    requires(T& it, Region& shared, Layout& at, bool is_so, std::uint32_t size) {
    { it.start(shared, at) } -> std::same_as<void>;
    { it.is_established(shared, at) } -> std::same_as<bool>;
    { it.advance(shared, at, is_so, is_so) } -> std::same_as<handshake_step>;
    { it.restart(shared, at) } -> std::same_as<void>;
    { it.mismatch(shared, at) } -> std::same_as<config_mismatch>;
    { T::fits(at, size) } -> std::same_as<bool>;
};

/// Whether a word-aligned range lies inside `size` bytes; false for an offset that wraps.
constexpr auto lies_aligned(std::uint32_t offset, std::uint32_t length, std::uint32_t size) -> bool {
    return offset % 4 == 0 and lies_inside(offset, length, size);
}

} // namespace rpmsg::detail
