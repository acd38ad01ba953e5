#pragma once

#include <rpmsg/transport/vring/block_places.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

#include <bit>
#include <cstdint>
#include <string_view>

namespace rpmsg {

/// The rules of a shared-memory link. The compiler's checks, the tool in examples/tool and checks at run time share the
/// functions `broken_rule` and `broken_block_rule`; each static_assert has the text of `describe`.
enum class link_rule : std::uint8_t {
    none,
    // a configuration
    buffers_no_power,
    buffers_too_many,
    two_counts,
    size_too_small,
    size_no_multiple,
    size_too_large,
    base_unaligned,
    alignment_no_power,
    alignment_too_large,
    stride_unaligned,
    batch,
    no_event_word,
    event_index_to_openamp,
    // a contiguous block
    stride_too_small,
    block_over_4_gib,
    base_missing,
    buffers_across_4_gib,
    // a shared block
    block_too_small,
    block_unaligned,
    remote_over_4_gib,
    host_wraps,
    foreign_base,
    lite_over_4_gib,
    no_whole_pages,
    size_of_linux,
    window_on_rings,
    windows_overlap,
    buffers_outside,
    notify_ids,
    // places of a vendor
    places_of_dialect,
    places_without_status,
    places_unaligned,
    places_outside,
    places_outside_window,
    places_overlap,
    // several links in one table
    blocks_overlap,
    ids_of_another,
    names_of_another,
    trace_outside,
};

/// One line of text for logs: how it should be.
[[nodiscard]] constexpr auto describe(link_rule rule) -> std::string_view {
    constexpr std::string_view text[] = {
        "no rule is broken",
        "a vring holds a power of two buffers",
        "a vring holds at most 32768 buffers",
        "a peer of this dialect has the same count in both rings",
        "a buffer must be larger than the 16-byte header",
        "a buffer size is a multiple of 4 bytes",
        "a buffer holds at most 65536 bytes",
        "the driver's address of the block is a multiple of 8",
        "the ring alignment is a power of two of at least 4 bytes",
        "the ring alignment is at most 1 MiB",
        "the ring stride is a multiple of the ring alignment",
        "a batch is 1 to all of the buffers",
        "this dialect has no event index: its available ring ends without a used_event word",
        "never use the event index towards OpenAMP: its remote falls silent (OpenAMP, virtqueue.c)",
        "the ring stride is smaller than a ring",
        "the shared block does not fit into 4 GiB",
        "a device of this dialect waits for a base that is not 0: set device_base",
        "the buffers must not cross a multiple of 4 GiB as the driver sees them",
        "the block is too small for its rings and buffers",
        "both cores must see the block at a multiple of the ring alignment (peers round absolute addresses)",
        "the remote must see the block below 4 GiB: a resource table holds 32-bit addresses",
        "the block ends behind the host's last address",
        "a foreign driver writes the host's or the remote's addresses into descriptors: set rings.device_base to that base",
        "rpmsg-lite cuts descriptor addresses to 32 bits",
        "Linux maps whole pages: the ring alignment and the size of the block are multiples of 4096",
        "Linux has buffers of 512 bytes",
        "a window overlaps the rings: a descriptor could make this side overwrite them",
        "the windows overlap each other",
        "the buffers lie outside of the windows",
        "each ring needs a notify id of its own, and the device 0 or its own; or all are 0 where the host fills them in",
        "this dialect has a control block or a boot block: use a runtime_layout",
        "this dialect has a status byte: say where it lies",
        "a ring does not start at a multiple of the ring alignment, or the window not of 4",
        "a part of the block lies before the region, or 4 GiB above it",
        "the driver's buffers lie outside of the window",
        "two parts of the block overlap: fewer buffers, or a smaller alignment, take less room",
        "two links of one table share memory",
        "two rings of one table have the same notify id",
        "two carveouts of one table have the same name: Linux finds them by it",
        "a trace needs memory below 4 GiB that no link uses"};
    static_assert(std::size(text) == static_cast<std::size_t>(link_rule::trace_outside) + 1);
    return text[static_cast<std::uint8_t>(rule)];
}

/// The first rule that a configuration breaks, or `none`.
[[nodiscard]] constexpr auto broken_rule(vring_config const& rings) -> link_rule {
    using enum link_rule;
    auto const any_size = [&](auto is_bad) { return is_bad(rings.size_of(0)) or is_bad(rings.size_of(1)); };
    if (not std::has_single_bit(rings.count_of(0)) or not std::has_single_bit(rings.count_of(1))) {
        return buffers_no_power;
    }
    if (rings.most_buffers() > 32768) {
        return buffers_too_many;
    }
    if (rings.has_two_counts() and not may_have_two_counts(rings.dialect)) {
        return two_counts;
    }
    if (any_size([](std::uint32_t size) { return size <= 16; })) {
        return size_too_small;
    }
    if (any_size([](std::uint32_t size) { return size % 4 != 0; })) {
        return size_no_multiple;
    }
    if (any_size([](std::uint32_t size) { return size > 65536; })) {
        return size_too_large;
    }
    if (rings.device_base % 8 != 0) {
        return base_unaligned;
    }
    if (not std::has_single_bit(rings.alignment) or rings.alignment < 4) {
        return alignment_no_power;
    }
    if (rings.alignment > 0x10'0000) {
        return alignment_too_large;
    }
    if (rings.ring_stride % rings.alignment != 0) {
        return stride_unaligned;
    }
    if (rings.batch < 1 or rings.batch > rings.least_buffers()) {
        return batch;
    }
    if (rings.event_index and not rings.dialect.used_event_word) {
        return no_event_word;
    }
    return rings.event_index and not may_have_event_index(rings.dialect) ? event_index_to_openamp : none;
}

/// The first rule that a contiguous block of this configuration breaks, or `none`.
[[nodiscard]] constexpr auto broken_block_rule(vring_config const& rings) -> link_rule {
    using enum link_rule;
    if (auto const broken = broken_rule(rings); broken != none) {
        return broken;
    }
    if (rings.ring_stride >= 0x0400'0000) {
        return block_over_4_gib;
    }
    auto const at = place_block(rings);
    if (rings.ring_stride != 0 and rings.ring_stride < at.least_stride) {
        return stride_too_small;
    }
    if (at.size - at.ring_buffers[0] >= 0xf000'0000) {
        return block_over_4_gib;
    }
    if (rings.dialect.attach == wire::attach_rule::base_word and rings.device_base == 0) {
        return base_missing;
    }
    auto const upper = [&](std::uint64_t offset) { return (rings.device_base + offset) >> 32; };
    return upper(at.ring_buffers[0]) != upper(at.size - 1) ? buffers_across_4_gib : none;
}

/// Checks a configuration at compile time; the message names the rule that is broken.
template <vring_config Config> struct checked_config {
    using told = void; ///< to name this is to have the rules checked, and nothing else of a class that takes the configuration
    static constexpr auto broken = broken_rule(Config);
    static_assert(broken != link_rule::buffers_no_power, "a vring holds a power of two buffers");
    static_assert(broken != link_rule::buffers_too_many, "a vring holds at most 32768 buffers");
    static_assert(broken != link_rule::two_counts, "a peer of this dialect has the same count in both rings");
    static_assert(broken != link_rule::size_too_small, "a buffer must be larger than the 16-byte header");
    static_assert(broken != link_rule::size_no_multiple, "a buffer size is a multiple of 4 bytes");
    static_assert(broken != link_rule::size_too_large, "a buffer holds at most 65536 bytes");
    static_assert(broken != link_rule::base_unaligned, "the driver's address of the block is a multiple of 8");
    static_assert(broken != link_rule::alignment_no_power, "the ring alignment is a power of two of at least 4 bytes");
    static_assert(broken != link_rule::alignment_too_large, "the ring alignment is at most 1 MiB");
    static_assert(broken != link_rule::stride_unaligned, "the ring stride is a multiple of the ring alignment");
    static_assert(broken != link_rule::batch, "a batch is 1 to all of the buffers");
    static_assert(broken != link_rule::no_event_word,
                  "this dialect has no event index: its available ring ends without a used_event word");
    static_assert(broken != link_rule::event_index_to_openamp,
                  "never use the event index towards OpenAMP: its remote falls silent (OpenAMP, virtqueue.c)");
};

} // namespace rpmsg
