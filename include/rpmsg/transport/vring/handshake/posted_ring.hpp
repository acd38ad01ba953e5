#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// State of ring 0 as the driver left it. A blank ring is not initialised, or its initialisation is in progress.
enum class posted : std::uint8_t { blank, none, some };

/// The index of a ring that the driver writes.
template <region Region> constexpr auto posted_index(Region& shared, std::uint32_t ring) -> std::uint16_t {
    shared.invalidate(ring, 4);
    return shared.template load<site::peer_index, std::uint16_t>(ring + 2);
}

/// Whether the driver has posted receive buffers, at most `buffers`.
template <vring_config Config, region Region>
constexpr auto posted_buffers(Region& shared, wire::vring_parts const& to_driver) -> posted {
    auto const available = posted_index(shared, to_driver.available);
    auto const used = posted_index(shared, to_driver.used);
    auto const left = static_cast<std::uint16_t>(available - used);
    return (available | used) == 0 ? posted::blank : left > 0 and left <= Config.count_of(0) ? posted::some : posted::none;
}

} // namespace rpmsg::detail
