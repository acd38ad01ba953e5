#pragma once

#include <rpmsg/core/bytes.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::wire {

/// One entry of the descriptor table (virtio 1.x, 2.7.5).
struct descriptor {
    std::uint64_t address; ///< as the driver sees the buffer
    std::uint32_t length;  ///< bytes
    std::uint16_t flags;
    std::uint16_t next; ///< meaningless without the flag `next`
};
static_assert(sizeof(descriptor) == 16 and wire_format<descriptor>);
static_assert(offsetof(descriptor, address) == 0 and offsetof(descriptor, length) == 8);
static_assert(offsetof(descriptor, flags) == 12 and offsetof(descriptor, next) == 14);

namespace descriptor_flag {
inline constexpr std::uint16_t next = 1;     ///< a chain; never used by RPMsg
inline constexpr std::uint16_t write = 2;    ///< the device writes the buffer
inline constexpr std::uint16_t indirect = 4; ///< a table of descriptors; never used by RPMsg
} // namespace descriptor_flag

/// The flag that both `available.flags` and `used.flags` know: "do not ring for this ring".
inline constexpr std::uint16_t suppress_doorbell = 1;

/// One entry of the used ring (virtio 1.x, 2.7.8).
struct used_entry {
    std::uint32_t id;
    std::uint32_t length;
};
static_assert(sizeof(used_entry) == 8 and wire_format<used_entry>);

/// Where the three parts of one split ring lie, in bytes from the start of the region. The available ring is
/// {u16 flags, u16 index, u16 id[N], u16 used_event}, the used ring {u16 flags, u16 index, used_entry[N], u16 avail_event}.
struct vring_parts {
    std::uint32_t descriptors{};
    std::uint32_t available{};
    std::uint32_t used{};

    auto operator==(vring_parts const&) const -> bool = default;
};

/// Places a ring of `count` buffers at `start`: the used ring follows at the next multiple of `alignment`, a power of
/// two. `start` counts from wherever the peer rounds (Linux, OpenAMP and rpmsg-lite round absolute addresses, vring_init in
/// virtio_ring.h). rpmsg-lite leaves out the used_event word of the available ring.
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

/// Bytes that rpmsg-lite reserves for a ring where its port does not say otherwise (VRING_SIZE): more than the ring
/// takes, for some counts and alignments by a whole multiple of the alignment.
[[nodiscard]] constexpr auto lite_ring_size(std::uint32_t count, std::uint32_t alignment) -> std::uint32_t {
    return align_up(16 * count, alignment) + align_up(2 * count + 8, alignment) + align_up(8 * count + 14, alignment);
}

/// Whether a doorbell is due when our index moved from `before` to `now` and the peer asked for one at `event`
/// (virtio 1.x, 2.7.10.1, vring_need_event).
[[nodiscard]] constexpr auto needs_doorbell(std::uint16_t event, std::uint16_t now, std::uint16_t before) -> bool {
    return static_cast<std::uint16_t>(now - event - 1) < static_cast<std::uint16_t>(now - before);
}

} // namespace rpmsg::wire
