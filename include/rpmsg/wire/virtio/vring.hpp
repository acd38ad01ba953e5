#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// One entry of the descriptor table (virtio 1.2, section 2.7.5).
struct descriptor {
    std::uint64_t address; ///< the driver's address of the buffer
    std::uint32_t length;  ///< bytes
    std::uint16_t flags;
    std::uint16_t next; ///< only valid with the flag `next`
};
static_assert(sizeof(descriptor) == 16 and wire_format<descriptor>);
static_assert(offsetof(descriptor, address) == 0 and offsetof(descriptor, length) == 8);
static_assert(offsetof(descriptor, flags) == 12 and offsetof(descriptor, next) == 14);

namespace descriptor_flag {
inline constexpr std::uint16_t next = 1;     ///< the buffer continues in `next`; not used by RPMsg
inline constexpr std::uint16_t write = 2;    ///< the device writes to the buffer
inline constexpr std::uint16_t indirect = 4; ///< the buffer is a table of descriptors; not used by RPMsg
} // namespace descriptor_flag

/// Flag of `available.flags` and `used.flags`: no doorbell is needed for this ring.
inline constexpr std::uint16_t suppress_doorbell = 1;

/// One entry of the used ring (virtio 1.2, section 2.7.8).
struct used_entry {
    std::uint32_t id;
    std::uint32_t length;
};
static_assert(sizeof(used_entry) == 8 and wire_format<used_entry>);

/// Offsets of the three parts of a split ring, in bytes from the start of the region. The available ring is {u16 flags, u16
/// index, u16 id[N], u16 used_event}, the used ring {u16 flags, u16 index, used_entry[N], u16 avail_event}.
struct vring_parts {
    std::uint32_t descriptors{};
    std::uint32_t available{};
    std::uint32_t used{};

    auto operator==(vring_parts const&) const -> bool = default;
};

/// Offsets of a ring of `count` buffers at `start`: the used ring starts at the next multiple of `alignment`, a power of two.
/// `start` must be relative to the address that the peer rounds (Linux, OpenAMP and rpmsg-lite round absolute addresses,
/// vring_init in virtio_ring.h). rpmsg-lite has no used_event word in the available ring.
[[nodiscard]] constexpr auto place_vring(std::uint32_t start, std::uint32_t count, std::uint32_t alignment,
                                         bool used_event_word = true) -> vring_parts {
    auto const available = start + 16 * count;
    auto const end = available + 4 + 2 * count + (used_event_word ? 2 : 0);
    return {.descriptors = start, .available = available, .used = align_up(end, alignment)};
}

/// The first byte after the ring at `parts`, its avail_event word included.
[[nodiscard]] constexpr auto end_of_vring(vring_parts const& parts, std::uint32_t count) -> std::uint32_t {
    return parts.used + 6 + 8 * count;
}

/// Bytes that rpmsg-lite reserves for a ring unless its port overrides it (VRING_SIZE). This is more than the ring takes, for
/// some counts and alignments by a multiple of the alignment.
[[nodiscard]] constexpr auto lite_ring_size(std::uint32_t count, std::uint32_t alignment) -> std::uint32_t {
    return align_up(16 * count, alignment) + align_up(2 * count + 8, alignment) + align_up(8 * count + 14, alignment);
}

/// Whether a doorbell is due when this side's index moved from `before` to `now` and the peer requested one at `event` (virtio
/// 1.2, section 2.7.10.1, vring_need_event).
[[nodiscard]] constexpr auto needs_doorbell(std::uint16_t event, std::uint16_t now, std::uint16_t before) -> bool {
    return static_cast<std::uint16_t>(now - event - 1) < static_cast<std::uint16_t>(now - before);
}

} // namespace rpmsg::wire
