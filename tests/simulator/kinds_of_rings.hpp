#pragma once

#include <rpmsg/testing/simulator/ring_wire.hpp>

#include "traffic.hpp"

namespace rpmsg::traffic {

/// Small rings get full often.
constexpr auto rings_of(rpmsg::wire::dialect dialect, std::uint16_t buffers, std::uint16_t batch = 1, bool event_index = false)
    -> vring_config {
    auto const base = dialect.attach == rpmsg::wire::attach_rule::base_word ? 0x1000u : 0u; // none is no base there
    return {.buffers = buffers,
            .buffer_size = 96,
            .alignment = 4,
            .batch = batch,
            .event_index = event_index,
            .device_base = base,
            .retry_ticks = 20,
            .dialect = dialect};
}

template <vring_config Config, template <typename> typename Link = fixed_link>
auto connect_rings(plan& all, std::string name, std::uint32_t a, std::uint32_t b) -> void {
    auto& line = all.in().add_wire<simulator::ring_wire<Config>>(std::move(name));
    auto const held = std::min(2u, (Config.buffers - Config.batch) / 2u);
    all.template connect<Link>(
        line, a, b, {Config.buffers, Config.buffers}, held, [](auto& it) { return it.driver(); },
        [](auto& it) { return it.device(); });
}

} // namespace rpmsg::traffic
