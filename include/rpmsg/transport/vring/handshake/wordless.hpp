#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// Base of the handshakes without state words: this side writes none, and the peer has none that could mismatch.
struct wordless : handshake_facts {
    template <region Region> static constexpr auto start(Region&, link_layout auto const&) -> void {}
    template <region Region> static constexpr auto is_established(Region&, link_layout auto const&) -> bool { return true; }
    [[nodiscard]] static constexpr auto fits(link_layout auto const&, std::uint32_t) -> bool { return true; }
    template <region Region> static constexpr auto restart(Region&, link_layout auto const&) -> void {}
    template <region Region> static constexpr auto mismatch(Region&, link_layout auto const&) -> config_mismatch {
        return config_mismatch::none;
    }
};

/// The driver for a device without state words: it is ready after it has initialised the rings.
struct wordless_driver : wordless {
    template <region Region> static constexpr auto advance(Region&, link_layout auto const&, bool, bool) -> handshake_step {
        return handshake_step::attach;
    }
    template <region Region> static constexpr auto attached(Region&, link_layout auto const&) -> void {}
};

} // namespace rpmsg::detail
