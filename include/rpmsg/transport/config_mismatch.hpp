#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>
#include <string_view>

namespace rpmsg {

/// The field in which the peer's resource table, shared words or frames differ from the configuration of this side.
enum class config_mismatch : std::uint8_t {
    none,
    fingerprint,
    no_device,
    buffer_count,
    ring_alignment,
    ring_place,
    used_ring_place,
    features,
    config_space,
    to_driver_size,
    to_device_size,
    base_address,
    profile,
    no_check,
    payload,
};

/// One line of text for logs.
[[nodiscard]] constexpr auto describe(config_mismatch what) -> std::string_view {
    constexpr std::string_view text[] = {
        "no mismatch",
        "the fingerprint: both images must be built from one configuration",
        "the device: the table describes no RPMsg device with two rings here",
        "the buffer count: the table has another `num` than `buffers`",
        "the ring alignment: the table has another `align` than `alignment`",
        "the place of a ring: the table's `da` and the layout differ in the distance of the rings or the place in a page",
        "the place of the used ring: seen from the table's `da` the alignment puts it elsewhere",
        "the features: event index, acknowledgement or doorbells are not in effect as configured",
        "the config space: its version or its size is another",
        "the size of buffers to the driver: it is another than `remote_to_host` or `buffer_size`",
        "the size of buffers to the device: it is another than `host_to_remote` or `buffer_size`",
        "the base address: the driver's is another than `device_base`",
        "the profile: the peer speaks the other one",
        "the check: the peer's frames have none, give both a check or this side none (`check`, `is_checked`)",
        "the payload: the peer's buffers hold less than an announcement, 40 bytes"};
    return text[static_cast<std::uint8_t>(what)];
}

} // namespace rpmsg
