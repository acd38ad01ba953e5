#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// What is common to the handshakes in which no word of this side tells of its state, and none of the peer's can disagree.
struct wordless : handshake_facts {
    template <region Region> static constexpr auto start(Region&, link_layout auto const&) -> void {}
    template <region Region> static constexpr auto is_established(Region&, link_layout auto const&) -> bool { return true; }
    [[nodiscard]] static constexpr auto fits(link_layout auto const&, std::uint32_t) -> bool { return true; }
    template <region Region> static constexpr auto restart(Region&, link_layout auto const&) -> void {}
    template <region Region> static constexpr auto mismatch(Region&, link_layout auto const&) -> config_mismatch {
        return config_mismatch::none;
    }
};

/// The driver beside a device that answers with no word: it is ready when it has laid the rings out.
struct wordless_driver : wordless {
    template <region Region> static constexpr auto advance(Region&, link_layout auto const&, bool, bool) -> handshake_step {
        return handshake_step::attach;
    }
    template <region Region> static constexpr auto attached(Region&, link_layout auto const&) -> void {}
};

} // namespace rpmsg::detail
