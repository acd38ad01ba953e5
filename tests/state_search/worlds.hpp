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

} // namespace rpmsg::searched
