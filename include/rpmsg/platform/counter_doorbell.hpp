#pragma once

#include <rpmsg/platform/doorbell.hpp>
#include <rpmsg/platform/region.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// The doorbell of NuttX's and openvela's shared blocks (NuttX, arch/sim/src/sim/sim_rptun.c): each side increments a word,
/// which the other side polls. One counter serves all queues. It cannot fail.
template <region Region> class counter_doorbell {
    Region shared_;
    std::uint32_t ours_;
    std::uint32_t theirs_;
    std::uint32_t seen_{};

  public:
    /// `ours` is the offset of the word that this side increments, `theirs` that of the peer's word.
    constexpr counter_doorbell(Region shared, std::uint32_t ours, std::uint32_t theirs)
        : shared_{std::move(shared)}, ours_{ours}, theirs_{theirs} {}

    constexpr auto ring(std::uint32_t) -> void {
        // Only this side writes the word. It keeps its count over a restart, because the peer remembers the last one.
        auto const before = shared_.template load<site::control_load, std::uint32_t>(ours_);
        shared_.template store<site::control_store>(ours_, before + 1);
        shared_.clean(ours_, sizeof(before));
    }

    /// Returns whether the peer rang since the last call; if so, notify the link of both of its queues. The first call after a
    /// restart may report earlier rings, which cannot be told apart from new ones; a notification too many is harmless.
    [[nodiscard]] constexpr auto has_rung() -> bool {
        shared_.invalidate(theirs_, sizeof(seen_));
        auto const count = shared_.template load<site::control_load, std::uint32_t>(theirs_);
        return std::exchange(seen_, count) != count;
    }
};

} // namespace rpmsg
