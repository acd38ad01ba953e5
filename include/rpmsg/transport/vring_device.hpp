#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/arguments.hpp>
#include <rpmsg/transport/vring/link.hpp>

#include <type_traits>

namespace rpmsg {

/// The device (remote) end of a shared-memory link: the firmware next to Linux, an OpenAMP host or an rpmsg-lite master. It
/// sends through ring 0 and receives from ring 1. `Layout` gives the offsets of the rings; the default computes them from the
/// configuration.
template <vring_config Config, typename Region = mapped_region<>, typename Bell = no_doorbell,
          typename Layout = vring_layout<Config>>
class vring_device : public std::conditional_t<detail::is_vring<Config, Region, Bell, Layout>(),
                                               detail::vring_link<detail::ring_role::device, Config, Region, Bell, Layout>,
                                               detail::refused_transport> {
    using base = std::conditional_t<detail::is_vring<Config, Region, Bell, Layout>(),
                                    detail::vring_link<detail::ring_role::device, Config, Region, Bell, Layout>,
                                    detail::refused_transport>;

  public:
    using base::base;
};
static_assert(transport<vring_device<vring_config{}>>);

} // namespace rpmsg
