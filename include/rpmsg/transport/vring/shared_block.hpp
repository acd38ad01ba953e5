#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstdint>

namespace rpmsg {

/// A range of addresses as the driver writes them to descriptors; a size of 0 means unused.
struct address_window {
    std::uint64_t start{};
    std::uint32_t size{}; ///< bytes

    [[nodiscard]] constexpr auto holds(std::uint64_t address, std::uint32_t length) const -> bool {
        return address >= start and lies_inside(address - start, length, size);
    }
    auto operator==(address_window const&) const -> bool = default;
};

/// Describes a shared-memory link once for both images, which include the same constexpr object. shared_block_plan.hpp derives
/// offsets, resource table and checks from it. `rings.device_base` is the address of the block in descriptors: the base of the
/// host or of the remote with a foreign driver, 0 where both ends are this library.
struct shared_block {
    wire::carveout_name name = "rpmsg";
    vring_config rings{};
    std::uint64_t host_base{};               ///< address of the block as the driver's core sees it
    std::uint64_t remote_base{};             ///< address of the block as the device's core sees it
    std::uint32_t size{};                    ///< bytes reserved for the block
    std::array<address_window, 2> windows{}; ///< allowed addresses of buffers; none: the buffers behind the rings only
    std::uint32_t vdev_notify_id = 2;
    std::array<std::uint32_t, 2> ring_notify_ids{0, 1};                                        ///< the ids that Linux assigns
    std::array<wire::carveout_name, 3> carveouts{"vdev0vring0", "vdev0vring1", "vdev0buffer"}; ///< for remoteproc

    [[nodiscard]] constexpr auto has_windows() const -> bool { return windows[0].size != 0 or windows[1].size != 0; }
    /// Whether `length` bytes at an address from a descriptor lie in one of the windows.
    [[nodiscard]] constexpr auto admits(std::uint64_t address, std::uint32_t length) const -> bool {
        return windows[0].holds(address, length) or windows[1].holds(address, length);
    }
    /// Virtio feature bits that the device offers.
    [[nodiscard]] constexpr auto features() const -> std::uint32_t {
        return rings.dialect.features | (rings.event_index ? wire::feature_event_index : 0);
    }

    /// Differs when two images were built from different shared blocks. The control block holds `rings.fingerprint()`, which
    /// covers a part of it; this one is for build systems and loaders.
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
        mix(rings.dialect.status_in_table);
        mix(static_cast<std::uint32_t>(rings.dialect.sizes));
        mix(rings.dialect.features);
        mix(rings.dialect.counts_as_openvela);
        return hash;
    }
};

} // namespace rpmsg
