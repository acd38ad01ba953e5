#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// What each side of the `rpmsg` dialect tells the other, outside of the rings. Each half has one writer and a cache
/// line of its own.
///
/// A session is one life of the rings. The driver opens session E by storing `epoch = E`; the device, once it has
/// delivered what was published before, answers `quiet = E` and from then on touches no ring; only then the driver lays
/// the rings out anew, stores the `boot` of the device it did it for, and `ready = E`. The device attaches when
/// `ready == epoch` and `boot_seen` is its own boot. A restarted driver opens the next session; a restarted device
/// counts `boot` up, which makes the driver open one.
struct control_block {
    struct driver_half {
        std::uint32_t magic;       ///< `control_magic` once the half is valid
        std::uint32_t fingerprint; ///< of the link's configuration
        std::uint32_t epoch;       ///< the session that the driver opened last, never 0
        std::uint32_t boot_seen;   ///< the device's boot for which the rings were laid out
        std::uint32_t ready;       ///< equals `epoch` when the rings are laid out
        std::uint32_t reserved[11];
    } driver;
    struct device_half {
        std::uint32_t magic;
        std::uint32_t fingerprint;
        std::uint32_t boot;  ///< counts the starts of the device, never 0
        std::uint32_t quiet; ///< the session for which the device lets go of the rings
        std::uint32_t reserved[12];
    } device;
};
static_assert(sizeof(control_block) == 128 and wire_format<control_block>);
static_assert(offsetof(control_block, driver) == 0 and offsetof(control_block, device) == 64);

/// "rpm1" in memory.
inline constexpr std::uint32_t control_magic = 0x316d'7072;

} // namespace rpmsg::wire
