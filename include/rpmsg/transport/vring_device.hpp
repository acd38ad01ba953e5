#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/link.hpp>

namespace rpmsg {

/// The device (remote) end of a shared-memory link, as the firmware beside Linux, an OpenAMP host or an rpmsg-lite
/// master has it. Sends through ring 0, receives from ring 1. `Layout` says where the rings lie; by default the
/// configuration does.
template <vring_config Config, typename Region = mapped_region<>, typename Bell = no_doorbell,
          typename Layout = vring_layout<Config>>
class vring_device : public detail::vring_link<detail::ring_role::device, Config, Region, Bell, Layout> {
  public:
    using vring_device::vring_link::vring_link;
};
static_assert(transport<vring_device<vring_config{}>>);

} // namespace rpmsg
