#pragma once

#include <rpmsg/transport/vring/layout.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

/// Writes the resource table of a device's firmware with `put(offset, word)`, if the dialect has one.
template <rpmsg::vring_config Config> constexpr auto put_device_table(auto put) -> void {
    if constexpr (Config.dialect.status_in_table and Config.dialect.attach == rpmsg::wire::attach_rule::status_byte) {
        using layout = rpmsg::vring_layout<Config>;
        constexpr auto vdev = layout::status() - std::uint32_t{offsetof(rpmsg::wire::vdev_entry, status)};
        auto const put_words = [&](std::uint32_t offset, std::initializer_list<std::uint32_t> words) {
            for (auto const word : words) {
                put(offset, word);
                offset += 4;
            }
        };
        constexpr auto features = Config.dialect.features | (Config.event_index ? rpmsg::wire::feature_event_index : 0);
        constexpr auto has_sizes = Config.dialect.has_versioned_sizes();
        put_words(layout::table(), {1, 1, 0, 0, vdev - layout::table()});
        put_words(vdev, {3, 7, 0, features, 0, has_sizes ? 11u : 0u, 2 << 8});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            auto const place = static_cast<std::uint32_t>(layout::address_of(layout::parts(ring).descriptors));
            put_words(vdev + 28 + 20 * ring, {place, Config.alignment, Config.count_of(ring), ring, 0});
        }
        if (has_sizes) {
            constexpr auto first = Config.dialect.sizes == rpmsg::wire::config_space::versioned ? 0 : 1;
            constexpr auto sizes = std::array{Config.size_of(first), Config.size_of(1 - first)};
            put_words(vdev + 68, {1 | 11 << 8 | sizes[0] << 24, sizes[0] >> 8 | sizes[1] << 24, sizes[1] >> 8});
        }
    }
}
