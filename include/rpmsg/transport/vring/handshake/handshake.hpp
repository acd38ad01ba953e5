#pragma once

#include <rpmsg/platform/region.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// What a handshake found in the peer's words.
enum class handshake_step : std::uint8_t {
    none,     ///< nothing new
    answered, ///< our half of the handshake changed: ring the doorbell
    attach,   ///< the rings are ready; a driver lays them out first
    resume,   ///< the rings are ready, and they are those of before
    early,    ///< a doorbell came that is older than the rings
    over,     ///< the rings that broke are gone: the link may come up again
    refuse,   ///< the peer was built with another configuration
};

/// What the life cycle of a link has to know of a handshake. Each handshake is one file with both roles; it derives from this
/// and overrides what differs. Beside these constants each has, for a region and a layout:
///
///   start(m, at)                  this side starts: writes its words
///   is_established(m, at)         whether the words still are those of the link that is up, or that the peer is ready
///   advance(m, at, is_established, rang)  one step, while the link is not up; `rang` tells of a doorbell of ring 0
///   attached(m, at)               drivers only: the rings are laid out
///   restart(m, at)                this side ends or begins again
///   mismatch(m, at)               which field of the peer's words differs from the configuration
///   fits(at, size)                whether all words that it reads or writes lie inside a region of `size` bytes
struct handshake_facts {
    /// Both sides agree on fresh rings by themselves: a restart of either is seen, and needs no mark on the rings.
    static constexpr bool agrees_on_rings = false;
    /// What the peer published before its restart is still delivered.
    static constexpr bool drains_after_restart = false;
    /// The peer's words change though nothing rings.
    static constexpr bool changes_without_doorbell = false;
    /// The first doorbell of ring 0 tells that the rings are ready.
    static constexpr bool needs_doorbell = false;
    /// A word tells the peer that this side closed: it is rung for.
    static constexpr bool tells_of_close = false;
    /// The steps that one doorbell may stand for.
    static constexpr int most_steps = 1;
};

/// Whether a word-aligned range lies inside `size` bytes. An offset that wraps lies nowhere.
constexpr auto lies_aligned(std::uint32_t offset, std::uint32_t length, std::uint32_t size) -> bool {
    return offset % 4 == 0 and lies_inside(offset, length, size);
}

} // namespace rpmsg::detail
