#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/posted_ring.hpp>
#include <rpmsg/transport/vring/handshake/wordless.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// The device for rpmsg-lite's master (rpmsg-lite, rpmsg_lite.c): it attaches when the rings have the state in which the master
/// leaves them after its start.
template <vring_config Config> class prefilled_ring_device : public wordless {
    /// The used ring of ring 1 is at most one round ahead, and doorbells of ring 0 are suppressed permanently. The master fills
    /// that used ring last, entry by entry: fewer entries than buffers while nothing was sent mean that it has not finished.
    template <region Region> static constexpr auto is_prefilled(Region& shared, link_layout auto const& layout) -> bool {
        auto const to_device = layout.parts(1);
        auto const given = posted_index(shared, to_device.used);
        auto const sent = posted_index(shared, to_device.available);
        auto const is_being_filled = sent == 0 and given < Config.count_of(1);
        auto const unused = static_cast<std::uint16_t>(given - sent);
        auto const flags = shared.template load<site::peer_flags, std::uint16_t>(layout.parts(0).available);
        return not is_being_filled and unused <= Config.count_of(1) and (flags & wire::suppress_doorbell) != 0;
    }

  public:
    template <region Region>
    static constexpr auto advance(Region& shared, link_layout auto const& layout, bool, bool) -> handshake_step {
        auto const found = posted_buffers<Config>(shared, layout.parts(0));
        if (found != posted::some) {
            return found == posted::blank ? handshake_step::early : handshake_step::none;
        }
        return is_prefilled(shared, layout) ? handshake_step::attach : handshake_step::none;
    }
};

/// The driver's half: the state of the initialised rings announces them.
template <vring_config Config> struct prefilled_ring_driver : wordless_driver {};

} // namespace rpmsg::detail
