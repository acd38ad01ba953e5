#pragma once

#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include "examination.hpp"
#include "feature_rules.hpp"
#include "guesses.hpp"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace doctor {

/// Compares the buffer sizes of both rings with the shared block's; `names` are their names in the config space. Further checks
/// use them where the driver keeps to them.
inline auto check_sizes(examination& on, std::array<std::uint32_t, 2> const& sizes,
                        std::array<std::string_view, 2> const& names) -> void {
    auto const whose = on.table_owner();
    auto fitting = variants{};
    add_sizes(fitting, {.rings = on.rings(), .changes = {}}, sizes);
    auto const tell = [&](std::string field, std::string const& fact) {
        if (fitting.empty()) {
            on.wrong(whose, std::move(field), fact);
        } else {
            on.wrong(whose, std::move(field), fact, texts_of(fitting));
        }
    };
    auto const expected = std::array{on.rings().size_of(0), on.rings().size_of(1)};
    if (sizes[0] != expected[0] and sizes[1] != expected[1]) {
        tell(std::string{names[0]}, words("is ", sizes[0], " and ", names[1], " ", sizes[1], ", the shared block says ",
                                          expected[0], " and ", expected[1]));
    } else if (sizes != expected) {
        auto const ring = sizes[0] != expected[0] ? 0u : 1u;
        tell(std::string{names[ring]}, words("is ", sizes[ring], ", the shared block says ", expected[ring]));
    }
    if (sizes != expected) {
        on.table_rings = on.table_rings.value_or(on.rings());
        on.table_rings->remote_to_host = sizes[0];
        on.table_rings->host_to_remote = sizes[1];
    }
    if (not fitting.empty()) {
        auto const fit = sum_of(fits_of_driver(on, fitting.front().rings));
        if (fit.bad == 0 and fit.good > 0) {
            on.follow(fitting.front().rings);
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
