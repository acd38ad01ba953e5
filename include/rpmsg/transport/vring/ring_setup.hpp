#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <cstdint>

namespace rpmsg::detail {

/// Clears both rings of one direction: flags, indices and entries.
template <vring_config Config>
constexpr auto clear_ring(region auto& shared, wire::vring_parts const& at, std::uint32_t which) -> void {
    auto const clear_16 = [&](std::uint32_t offset) { shared.template store<site::ring_clear>(offset, std::uint16_t{0}); };
    auto const count = Config.count_of(which);
    auto const words = count + 2u + (Config.dialect.used_event_word ? 1 : 0);
    for (std::uint32_t i = 0; i < words; ++i) {
        clear_16(at.available + 2 * i);
    }
    clear_16(at.used);
    clear_16(at.used + 2);
    for (std::uint32_t i = 0; i < 2 * count; ++i) {
        shared.template store<site::ring_clear>(at.used + 4 + 4 * i, std::uint32_t{0});
    }
    clear_16(at.used + 4 + 8 * count);
}

/// Initialises one ring as the driver: descriptor i always describes buffer i. A transmit ring of rpmsg-lite starts with all
/// buffers in the used ring and doorbells suppressed (rpmsg-lite, rpmsg_lite.c).
template <vring_config Config>
constexpr auto lay_out_ring(region auto& shared, link_layout auto const& layout, std::uint32_t which, bool receives) -> void {
    constexpr auto prefilled = Config.dialect.prefilled;
    constexpr auto last_next = 0x8000u; // the value that OpenAMP and rpmsg-lite write; it is never read
    auto const at = layout.parts(which);
    auto const count = Config.count_of(which);
    clear_ring<Config>(shared, at, which);
    for (std::uint32_t id = 0; id < count; ++id) {
        auto const write = [&](std::uint32_t offset, std::uint32_t value) {
            shared.template store<site::descriptor_store>(at.descriptors + 16 * id + offset, value);
        };
        auto const address = layout.address_of(layout.buffer(which, id));
        auto const flags = receives or prefilled ? wire::descriptor_flag::write : std::uint16_t{0};
        auto const next = id + 1 < count ? id + 1 : last_next;
        write(0, static_cast<std::uint32_t>(address));
        write(4, static_cast<std::uint32_t>(address >> 32));
        write(8, Config.size_of(which));
        write(12, flags | next << 16);
    }
    if constexpr (prefilled) {
        shared.template store<site::own_flags>(at.available, wire::suppress_doorbell);
        for (std::uint32_t id = 0; id < count and not receives; ++id) {
            shared.template store<site::ring_clear>(at.used + 4 + 8 * id, id);
            shared.template store<site::ring_clear>(at.used + 8 + 8 * id, Config.size_of(which));
        }
        shared.template store<site::ring_clear>(at.used + 2, static_cast<std::uint16_t>(receives ? 0 : count));
    }
    shared.clean(at.descriptors, 16 * count);
    shared.clean(at.available, 6 + 2 * count);
    shared.clean(at.used, 6 + 8 * count);
}

} // namespace rpmsg::detail
