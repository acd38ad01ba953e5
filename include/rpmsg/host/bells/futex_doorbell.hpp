#pragma once

#include <rpmsg/host/bells/futex_bell.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <cstdint>

namespace rpmsg::host {

/// Rings the peer's bell in shared memory, for both queues: for any two processes that map the same block.
class futex_doorbell {
    futex_bell* peer_;

  public:
    explicit futex_doorbell(futex_bell& peer) : peer_{&peer} {}
    auto ring(std::uint32_t) -> bool { return peer_->ring(); }
};
static_assert(doorbell<futex_doorbell>);

} // namespace rpmsg::host
