#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstdint>

namespace rpmsg {

/// A range of addresses as the driver writes them into descriptors; of no bytes where it is not used.
struct address_window {
    std::uint64_t start{};
    std::uint32_t size{}; ///< bytes

    [[nodiscard]] constexpr auto holds(std::uint64_t address, std::uint32_t length) const -> bool {
        return address >= start and lies_inside(address - start, length, size);
    }
    auto operator==(address_window const&) const -> bool = default;
};

/// Describes a shared-memory link once, for both images: each includes the same constexpr object. What follows from it
/// (offsets, resource table, checks) is in shared_block_plan.hpp. `rings.device_base` is what descriptors call the start of
/// the block: the host's or the remote's base with a foreign driver, 0 where both ends are this library.
struct shared_block {
    wire::carveout_name name = "rpmsg";
    vring_config rings{};
    std::uint64_t host_base{};               ///< where the driver's core sees the block
    std::uint64_t remote_base{};             ///< where the device's core sees it
    std::uint32_t size{};                    ///< bytes that the block may take
    std::array<address_window, 2> windows{}; ///< where buffers may lie; none: in the buffers behind the rings, and nowhere else
    std::uint32_t vdev_notify_id = 2;
    std::array<std::uint32_t, 2> ring_notify_ids{0, 1};                                        ///< what Linux gives out
    std::array<wire::carveout_name, 3> carveouts{"vdev0vring0", "vdev0vring1", "vdev0buffer"}; ///< as remoteproc finds them

    [[nodiscard]] constexpr auto has_windows() const -> bool { return windows[0].size != 0 or windows[1].size != 0; }
    /// Whether `length` bytes at a descriptor's address lie in one of the windows.
    [[nodiscard]] constexpr auto admits(std::uint64_t address, std::uint32_t length) const -> bool {
        return windows[0].holds(address, length) or windows[1].holds(address, length);
    }
    /// Virtio feature bits that the device offers.
    [[nodiscard]] constexpr auto features() const -> std::uint32_t {
        return rings.dialect.features | (rings.event_index ? wire::feature_event_index : 0);
    }

    /// Differs when two images were built from different shared blocks. The control block holds `rings.fingerprint()`, a part
    /// of it; this one is for build systems and loaders.
    [[nodiscard]] constexpr auto fingerprint() const -> std::uint32_t {
        auto hash = rings.fingerprint();
        auto const mix = [&](std::uint64_t value) {
            for (int half = 0; half < 2; ++half, value >>= 32) {
                hash = (hash ^ static_cast<std::uint32_t>(value)) * 0x0100'0193;
                hash ^= hash >> 15;
            }
        };
        mix(host_base);
        mix(remote_base);
        mix(size);
        for (auto const& window : windows) {
            mix(window.start);
            mix(window.size);
        }
        mix(vdev_notify_id);
        mix(ring_notify_ids[0]);
        mix(ring_notify_ids[1]);
        mix(static_cast<std::uint32_t>(rings.dialect.attach));
        mix(rings.dialect.used_event_word);
        mix(rings.dialect.prefilled);
        return hash;
    }
};

} // namespace rpmsg
