#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/posted_ring.hpp>
#include <rpmsg/transport/vring/handshake/wordless.hpp>
#include <rpmsg/transport/vring/layout.hpp>

namespace rpmsg::detail {

/// The device for a driver without a state word (Linux, drivers/rpmsg/virtio_rpmsg_bus.c): it attaches at a doorbell of ring 0
/// when buffers are posted there.
template <vring_config Config> struct first_doorbell_device : wordless {
    static constexpr bool needs_doorbell = true;
    template <region Region>
    static constexpr auto advance(Region& shared, link_layout auto const& layout, bool, bool rang) -> handshake_step {
        auto const found = rang ? posted_buffers<Config>(shared, layout.parts(0)) : posted::none;
        if (found != posted::some) {
            return found == posted::blank ? handshake_step::early : handshake_step::none;
        }
        return handshake_step::attach;
    }
};

/// The driver's half: the first doorbell of ring 0 announces the rings.
template <vring_config Config> struct first_doorbell_driver : wordless_driver {};

} // namespace rpmsg::detail
