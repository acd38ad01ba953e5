#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

#include <cstdint>

namespace rpmsg {

/// Configuration of a shared-memory link, the same on both cores. Sizes are in bytes.
struct vring_config {
    std::uint16_t buffers = 8;        ///< per direction; a power of two, 1 to 32768
    std::uint32_t buffer_size = 512;  ///< size of a buffer, its 16-byte header included; a multiple of 4
    std::uint32_t host_to_remote = 0; ///< buffer size of ring 1 where it differs; 0 means `buffer_size`
    std::uint32_t remote_to_host = 0; ///< buffer size of ring 0 where it differs; 0 means `buffer_size`
    std::uint32_t alignment = 64;     ///< alignment of the rings; a power of two, at least 4
    std::uint32_t ring_stride = 0;    ///< distance from ring 0 to ring 1; 0 means the smallest that the dialect allows
    std::uint16_t batch = 1;          ///< received buffers are returned in batches of this size, at least 1
    bool event_index = false;         ///< doorbells by event index (feature bit 29) instead of flags
    std::uint64_t device_base = 0;    ///< the driver's address of the start of the block
    std::uint32_t retry_ticks = 100;  ///< a doorbell that failed or was not answered is rung again after this time
    wire::dialect dialect = wire::dialects::rpmsg;

    auto operator==(vring_config const&) const -> bool = default;

    /// Buffer size of a ring: ring 0 carries messages to the driver, ring 1 to the device.
    [[nodiscard]] constexpr auto size_of(std::uint32_t ring) const -> std::uint32_t {
        auto const own = ring == 0 ? remote_to_host : host_to_remote;
        return own != 0 ? own : buffer_size;
    }

    /// A hash of the layout and the protocol options: it differs when the configurations of the two sides do not match.
    [[nodiscard]] constexpr auto fingerprint() const -> std::uint32_t {
        auto hash = std::uint32_t{0x811c'9dc5};
        auto const mix = [&](std::uint32_t value) { hash = (hash ^ value) * 0x0100'0193; };
        for (auto const value : {std::uint32_t{buffers}, size_of(0), size_of(1), alignment, ring_stride,
                                 std::uint32_t{event_index}, std::uint32_t{dialect.acknowledged},
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

} // namespace rpmsg
