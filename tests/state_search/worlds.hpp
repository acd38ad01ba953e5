#pragma once

#include "play.hpp"
#include "ring_wires.hpp"
#include <cstdint>

/// The links over shared memory that the searches use.
namespace rpmsg::searched {

/// Small rings reach rare states after a few messages.
constexpr auto small(wire::dialect dialect, std::uint16_t buffers, std::uint16_t batch = 1, bool event_index = false)
    -> vring_config {
    auto const base = dialect.attach == wire::attach_rule::base_word ? 0x1000u : 0u; // none is no base there
    return {.buffers = buffers,
            .buffer_size = 64,
            .alignment = 4,
            .batch = batch,
            .event_index = event_index,
            .device_base = base,
            .dialect = dialect};
}

/// As above, with rings of two counts.
constexpr auto uneven(wire::dialect dialect, std::uint16_t to_host, std::uint16_t to_remote, std::uint16_t batch = 1,
                      bool event_index = false) -> vring_config {
    auto made = small(dialect, to_host, batch, event_index);
    made.host_to_remote_buffers = to_remote;
    return made;
}

} // namespace rpmsg::searched
