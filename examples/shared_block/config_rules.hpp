#pragma once

#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include "examination.hpp"
#include "feature_rules.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace doctor {

/// Compares the buffer sizes of both rings with the shared block's; `names` are their names in the config space.
inline auto check_sizes(examination& on, std::array<std::uint32_t, 2> const& sizes,
                        std::array<std::string_view, 2> const& names) -> void {
    auto const& rings = on.rings();
    auto const whose = on.table_owner();
    on.told_sizes = sizes;
    if (sizes[0] != sizes[1] and sizes[0] == rings.size_of(1) and sizes[1] == rings.size_of(0)) {
        on.wrong(whose, std::string{names[0]},
                 words("is ", sizes[0], " and ", names[1], " ", sizes[1], ": the two directions are exchanged"));
        return;
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        if (sizes[ring] != rings.size_of(ring)) {
            on.wrong(whose, std::string{names[ring]},
                     words("is ", sizes[ring], ", the shared block says ", rings.size_of(ring), ": looks as if the ",
                           name_of(whose), " was built with ", on.size_field(ring), " = ", sizes[ring]));
        }
    }
}

/// Checks the config space behind the rings of a device entry, if the device offers sizes.
inline auto check_config(examination& on, memory const& table, std::uint64_t device) -> void {
    namespace wire = rpmsg::wire;
    auto const vdev = table.read<wire::vdev_entry>(device);
    if ((vdev.device_features & size_feature(on.rings().dialect)) == 0) {
        return;
    }
    auto const is_versioned = on.rings().dialect.has_versioned_sizes();
    auto const least = is_versioned ? sizeof(wire::versioned_config) : offsetof(wire::rptun_config, to_device_address);
    if (vdev.config_length < least) {
        on.wrong(on.table_owner(), "vdev.config_length",
                 words("is ", vdev.config_length, ", buffer sizes are offered and take ", least, " bytes"));
        return;
    }
    auto const start = device + sizeof(vdev) + 2 * sizeof(wire::vring_entry);
    auto const word = [&](std::size_t field) { return table.read<std::uint32_t>(start + field); };
    if (not is_versioned) {
        check_sizes(on,
                    {word(offsetof(wire::rptun_config, to_driver_size)), word(offsetof(wire::rptun_config, to_device_size))},
                    {"config.to_driver_size", "config.to_device_size"});
        return;
    }
    auto const is_version_1 = on.compare(side::device, "config.version", table.read<std::uint8_t>(start), 1);
    auto const size = table.read<std::uint16_t>(start + offsetof(wire::versioned_config, size));
    if (on.compare(side::device, "config.size", size, sizeof(wire::versioned_config)) and is_version_1) {
        auto const first = word(offsetof(wire::versioned_config, transmit_size));
        auto const second = word(offsetof(wire::versioned_config, receive_size));
        if (on.rings().dialect.sizes == wire::config_space::versioned) {
            check_sizes(on, {first, second}, {"config.transmit_size", "config.receive_size"});
        } else {
            check_sizes(on, {second, first}, {"config.r2h_buf_size", "config.h2r_buf_size"});
        }
    }
}

} // namespace doctor
