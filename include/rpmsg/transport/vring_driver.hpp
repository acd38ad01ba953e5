#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/arguments.hpp>
#include <rpmsg/transport/vring/link.hpp>

#include <type_traits>

namespace rpmsg {

/// The driver (host) end of a shared-memory link, the role of Linux: it initialises the rings and provides the buffers. It
/// sends through ring 1 and receives from ring 0.
template <vring_config Config, typename Region = mapped_region<>, typename Bell = no_doorbell,
          typename Layout = vring_layout<Config>>
class vring_driver : public std::conditional_t<detail::is_vring<Config, Region, Bell, Layout>(),
                                               detail::vring_link<detail::ring_role::driver, Config, Region, Bell, Layout>,
                                               detail::refused_transport> {
    using base = std::conditional_t<detail::is_vring<Config, Region, Bell, Layout>(),
                                    detail::vring_link<detail::ring_role::driver, Config, Region, Bell, Layout>,
                                    detail::refused_transport>;

  public:
    using base::base;
};
static_assert(transport<vring_driver<vring_config{}>>);

} // namespace rpmsg
