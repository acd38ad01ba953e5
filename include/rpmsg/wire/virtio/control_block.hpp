#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// The handshake words of the `rpmsg` dialect, outside of the rings. Each half has one writer and its own cache line. This
/// format is private to this library.
///
/// An epoch is the time between two initialisations of the rings. The driver opens epoch E with `epoch = E`. The device
/// receives the messages that were published before, then answers `quiet = E` and accesses no ring from then on. Only then the
/// driver initialises the rings again and stores the device's `boot` in `boot_seen` and E in `ready`. The device attaches when
/// `ready == epoch` and `boot_seen` equals its own `boot`. A restarted driver opens the next epoch; a restarted device
/// increments `boot`, which makes the driver open one.
struct control_block {
    struct driver_half {
        std::uint32_t magic;       ///< `control_magic` once the half is valid
        std::uint32_t fingerprint; ///< hash of the link's configuration
        std::uint32_t epoch;       ///< the newest epoch that the driver opened, never 0
        std::uint32_t boot_seen;   ///< the device's `boot` for which the rings were initialised
        std::uint32_t ready;       ///< equals `epoch` when the rings are initialised
        std::uint32_t reserved[11];
    } driver;
    struct device_half {
        std::uint32_t magic;
        std::uint32_t fingerprint;
        std::uint32_t boot;  ///< number of starts of the device, never 0
        std::uint32_t quiet; ///< the epoch for which the device has released the rings
        std::uint32_t reserved[12];
    } device;
};
static_assert(sizeof(control_block) == 128 and wire_format<control_block>);
static_assert(offsetof(control_block, driver) == 0 and offsetof(control_block, device) == 64);

/// The bytes "rpm1" in memory.
inline constexpr std::uint32_t control_magic = 0x316d'7072;

} // namespace rpmsg::wire
