#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace rpmsg {

/// The numbers of buffers of ring 0 and ring 1.
using ring_counts = std::array<std::uint32_t, 2>;

/// Configuration of a shared-memory link, the same on both cores. Sizes are in bytes.
struct vring_config {
    std::uint16_t buffers = 8;                ///< per direction; a power of two, 1 to 32768
    std::uint16_t host_to_remote_buffers = 0; ///< buffers of ring 1 where they differ; 0 means `buffers`
    std::uint16_t remote_to_host_buffers = 0; ///< buffers of ring 0 where they differ; 0 means `buffers`
    std::uint32_t buffer_size = 512;          ///< size of a buffer, its 16-byte header included; a multiple of 4
    std::uint32_t host_to_remote = 0;         ///< buffer size of ring 1 where it differs; 0 means `buffer_size`
    std::uint32_t remote_to_host = 0;         ///< buffer size of ring 0 where it differs; 0 means `buffer_size`
    std::uint32_t alignment = 64;             ///< alignment of the rings; a power of two, at least 4
    std::uint32_t ring_stride = 0;            ///< distance from ring 0 to ring 1; 0 means the smallest that the dialect allows
    std::uint16_t batch = 1;                  ///< received buffers are returned in batches of this size, at least 1
    bool event_index = false;                 ///< doorbells by event index (feature bit 29) instead of flags
    std::uint64_t device_base = 0;            ///< the driver's address of the start of the block
    std::uint32_t retry_ticks = 100;          ///< a doorbell that failed or was not answered is rung again after this time
    wire::dialect dialect = wire::dialects::rpmsg;

    auto operator==(vring_config const&) const -> bool = default;

    /// Buffer size of a ring: ring 0 carries messages to the driver, ring 1 to the device.
    [[nodiscard]] constexpr auto size_of(std::uint32_t ring) const -> std::uint32_t {
        auto const own = ring == 0 ? remote_to_host : host_to_remote;
        return own != 0 ? own : buffer_size;
    }

    /// Buffers of a ring. Linux since 2026 and OpenAMP take rings of different counts (`may_have_two_counts`).
    [[nodiscard]] constexpr auto count_of(std::uint32_t ring) const -> std::uint32_t {
        auto const own = ring == 0 ? remote_to_host_buffers : host_to_remote_buffers;
        return own != 0 ? own : buffers;
    }
    [[nodiscard]] constexpr auto has_two_counts() const -> bool { return count_of(0) != count_of(1); }
    [[nodiscard]] constexpr auto counts() const -> ring_counts { return {count_of(0), count_of(1)}; }
    /// The largest and the smallest count of the two rings.
    [[nodiscard]] constexpr auto most_buffers() const -> std::uint32_t { return std::max(count_of(0), count_of(1)); }
    [[nodiscard]] constexpr auto least_buffers() const -> std::uint32_t { return std::min(count_of(0), count_of(1)); }

    /// A hash of the layout and the protocol options: it differs when the configurations of the two sides do not match.
    [[nodiscard]] constexpr auto fingerprint() const -> std::uint32_t {
        auto hash = std::uint32_t{0x811c'9dc5};
        auto const mix = [&](std::uint32_t value) { hash = (hash ^ value) * 0x0100'0193; };
        for (auto const value : {count_of(0) | (has_two_counts() ? count_of(1) << 16 : 0), size_of(0), size_of(1), alignment,
                                 ring_stride, std::uint32_t{event_index}, std::uint32_t{dialect.acknowledged},
                                 static_cast<std::uint32_t>(device_base), static_cast<std::uint32_t>(device_base >> 32)}) {
            mix(value);
            mix(hash >> 15);
        }
        return hash;
    }
};

/// Whether a dialect permits doorbells by event index. OpenAMP's remote never rings with it (OpenAMP, virtqueue.c).
constexpr auto may_have_event_index(wire::dialect const& dialect) -> bool {
    auto const is_openamp = dialect.status_in_table or dialect.attach == wire::attach_rule::status_byte;
    return dialect.used_event_word and (not is_openamp or dialect.sizes == wire::config_space::versioned);
}

/// Whether a dialect permits rings of different counts. rpmsg-lite and Zephyr's static vrings know one count, and Linux warns
/// before the series of 2026 (drivers/rpmsg/virtio_rpmsg_bus.c).
constexpr auto may_have_two_counts(wire::dialect const& dialect) -> bool {
    return dialect.attach == wire::attach_rule::epochs or dialect.status_in_table;
}

} // namespace rpmsg
