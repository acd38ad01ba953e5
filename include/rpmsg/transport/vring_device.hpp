#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/link.hpp>

namespace rpmsg {

/// The device (remote) end of a shared-memory link: the firmware next to Linux, an OpenAMP host or an rpmsg-lite master. It
/// sends through ring 0 and receives from ring 1. `Layout` gives the offsets of the rings; the default computes them from the
/// configuration.
template <vring_config Config, typename Region = mapped_region<>, typename Bell = no_doorbell,
          typename Layout = vring_layout<Config>>
class vring_device : public detail::vring_link<detail::ring_role::device, Config, Region, Bell, Layout> {
  public:
    using vring_device::vring_link::vring_link;
};
static_assert(transport<vring_device<vring_config{}>>);

} // namespace rpmsg
