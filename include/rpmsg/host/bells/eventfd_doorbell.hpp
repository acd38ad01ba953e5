#pragma once

#include <rpmsg/host/bells/eventfd_bell.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <cstdint>

namespace rpmsg::host {

/// Rings the peer's eventfd, for both queues.
class eventfd_doorbell {
    eventfd_bell* peer_;

  public:
    explicit eventfd_doorbell(eventfd_bell& peer) : peer_{&peer} {}
    auto ring(std::uint32_t) -> bool { return peer_->ring(); }
};
static_assert(doorbell<eventfd_doorbell>);

} // namespace rpmsg::host
