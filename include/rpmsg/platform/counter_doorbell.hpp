#pragma once

#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/platform/region.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// The doorbell of NuttX's and openvela's shared blocks (NuttX, arch/sim/src/sim/sim_rptun.c): each side counts a word up, the
/// other one looks at it from time to time. One counter serves all queues, and nothing fails.
template <region Region> class counter_doorbell {
    Region shared_;
    std::uint32_t ours_;
    std::uint32_t theirs_;
    std::uint32_t seen_{};

  public:
    /// The offsets of the word that this side counts and of the one that the peer does.
    constexpr counter_doorbell(Region shared, std::uint32_t ours, std::uint32_t theirs)
        : shared_{std::move(shared)}, ours_{ours}, theirs_{theirs} {}

    constexpr auto ring(std::uint32_t) -> void {
        // Only this side writes the word: an earlier life counted it, and the peer remembers how far.
        auto const before = shared_.template load<site::control_load, std::uint32_t>(ours_);
        shared_.template store<site::control_store>(ours_, before + 1);
        shared_.clean(ours_, sizeof(before));
    }

    /// Whether the peer rang since the last call: then notify the link of both of its queues. The first call may tell of rings
    /// from before this life; what rang then cannot be told from what rang since, and a look too many does no harm.
    [[nodiscard]] constexpr auto has_rung() -> bool {
        shared_.invalidate(theirs_, sizeof(seen_));
        auto const count = shared_.template load<site::control_load, std::uint32_t>(theirs_);
        return std::exchange(seen_, count) != count;
    }
};

} // namespace rpmsg
