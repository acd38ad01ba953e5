#pragma once

#include <cstdint>

namespace rpmsg::detail {

/// What a look at the peer's words says about the link.
enum class handshake_step : std::uint8_t {
    none,     ///< nothing new
    answered, ///< our half of the handshake changed: ring
    attach,   ///< the rings are ready; a driver lays them out first
    resume,   ///< the rings are ready, and those of before
    early,    ///< a doorbell that is older than the rings
    over,     ///< the rings that broke are gone: a new life may begin
    refuse,   ///< the peer was built with another configuration
};

} // namespace rpmsg::detail
