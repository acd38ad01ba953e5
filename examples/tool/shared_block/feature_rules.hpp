#pragma once

#include <rpmsg/wire/virtio/dialect.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include "examination.hpp"
#include "placement.hpp"
#include <cstdint>
#include <string_view>

namespace doctor {

/// Returns the feature bit of a dialect for buffer sizes in the config space.
constexpr auto size_feature(rpmsg::wire::dialect const& dialect) -> std::uint32_t {
    return dialect.sizes == rpmsg::wire::config_space::none ? 0
           : dialect.has_versioned_sizes()                  ? rpmsg::wire::feature_sizes_linux
                                                            : rpmsg::wire::feature_sizes_rptun;
}

/// Returns the name of the first bit that has one, as " (bit 0, name service)".
constexpr auto feature_name(rpmsg::wire::dialect const& dialect, std::uint32_t bits) -> std::string_view {
    struct named {
        std::uint32_t bit;
        std::string_view text;
    };
    auto const is_linux = size_feature(dialect) == rpmsg::wire::feature_sizes_linux;
    auto const is_rptun = size_feature(dialect) == rpmsg::wire::feature_sizes_rptun;
    for (auto const& [bit, text] : {named{rpmsg::wire::feature_name_service, " (bit 0, name service)"},
                                    named{is_linux ? rpmsg::wire::feature_sizes_linux : 0, " (bit 1, buffer sizes)"},
                                    named{is_rptun ? rpmsg::wire::feature_acknowledge : 0, " (bit 1, acknowledgement)"},
                                    named{is_rptun ? rpmsg::wire::feature_sizes_rptun : 0, " (bit 2, buffer sizes)"},
                                    named{rpmsg::wire::feature_event_index, " (bit 29, event index)"},
                                    named{rpmsg::wire::feature_must_ring, " (bit 30, must ring)"}}) {
        if ((bits & bit) != 0) {
            return text;
        }
    }
    return "";
}

/// Returns the feature bits that the link needs. Without a config space buffers have 512 bytes; this library does not use names
/// of CPUs (bit 3 of NuttX, include/nuttx/rptun/rptun.h).
constexpr auto needed_features(rpmsg::shared_block const& link) -> std::uint32_t {
    constexpr std::uint32_t cpu_names = 8;
    auto const is_default = link.rings.size_of(0) == 512 and link.rings.size_of(1) == 512;
    auto const is_rptun = link.rings.dialect.sizes == rpmsg::wire::config_space::rptun;
    return link.features() & ~((is_default ? size_feature(link.rings.dialect) : 0) | (is_rptun ? cpu_names : 0));
}

inline auto check_features(examination& on, rpmsg::wire::vdev_entry const& vdev) -> void {
    auto const needed = needed_features(on.link);
    auto const missing = needed & ~vdev.device_features;
    auto const extra = vdev.device_features & ~on.link.features();
    auto const name = [&](std::uint32_t bits) { return feature_name(on.rings().dialect, bits); };
    if (missing != 0) {
        on.wrong(on.table_owner(), "vdev.device_features",
                 words("is ", hex{vdev.device_features}, ": lacks ", hex{missing}, name(missing), " of the shared block"));
    }
    if (extra != 0) {
        auto const is_harmless = on.at.has_boot and name(extra).empty();
        on.add(is_harmless ? weight::note : weight::wrong, on.table_owner(), "vdev.device_features",
               words("is ", hex{vdev.device_features}, ": offers ", hex{extra}, name(extra),
                     ", which the shared block does not have"));
    }
    auto const is_ready = on.rings().dialect.negotiates and (vdev.status & rpmsg::wire::device_status::driver_ok) != 0;
    auto const lost = needed & vdev.device_features & ~vdev.driver_features;
    if ((vdev.driver_features & ~vdev.device_features) != 0) {
        on.wrong(side::driver, "vdev.driver_features",
                 words("is ", hex{vdev.driver_features}, ", the device offers only ", hex{vdev.device_features}));
    } else if (is_ready and lost != 0) {
        on.wrong(side::driver, "vdev.driver_features",
                 words("is ", hex{vdev.driver_features}, ": the driver did not keep ", hex{lost}, name(lost)));
    }
}

} // namespace doctor
