#pragma once

#include <rpmsg/framework/contract.hpp>
#include <rpmsg/transport/placed_layout.hpp>
#include <rpmsg/wire/control_block.hpp>

#include <bit>
#include <cstdint>
#include <string_view>

namespace doctor {

/// What `vring_layout` computes when compiling, for a configuration that is known only now.
struct placement {
    std::array<rpmsg::wire::vring_parts, 2> rings{};
    std::array<std::uint32_t, 2> ring_buffers{}; ///< where the buffers of each ring start
    std::uint32_t size{};                        ///< bytes that the block needs
    bool has_control{};
    bool has_table{};
};

/// Why a configuration cannot be laid out; empty when it can.
constexpr auto mistake_of(rpmsg::vring_config const& rings) -> std::string_view {
    if (not std::has_single_bit(rings.buffers) or rings.buffers > 32768) {
        return "buffers is a power of two from 1 to 32768";
    }
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        if (rings.size_of(ring) <= 16 or rings.size_of(ring) > 65536 or rings.size_of(ring) % 4 != 0) {
            return "a buffer size is a multiple of 4 from 20 to 65536";
        }
    }
    if (not std::has_single_bit(rings.alignment) or rings.alignment < 4 or rings.alignment > 0x10'0000) {
        return "alignment is a power of two from 4 to 1 MiB";
    }
    if (rings.ring_stride % rings.alignment != 0 or rings.ring_stride >= 0x0400'0000) {
        return "ring_stride is a multiple of the alignment below 64 MiB";
    }
    if (rings.device_base % 8 != 0) {
        return "device_base is a multiple of 8";
    }
    if (std::uint64_t{rings.buffers} * (rings.size_of(0) + rings.size_of(1)) >= 0xf000'0000) {
        return "the buffers do not fit into 4 GiB";
    }
    if (rings.dialect.sizes != rpmsg::wire::config_space::none) {
        return "dialect: the doctor cannot read blocks of linux_bufsz, nuttx and openvela";
    }
    if (rings.event_index and (not rings.dialect.used_event_word or rings.dialect.status_in_table)) {
        return "this dialect has no event index";
    }
    return {};
}

/// The configuration must have no mistake. A stride smaller than a ring is not looked at here.
constexpr auto place(rpmsg::vring_config const& rings) -> placement {
    namespace wire = rpmsg::wire;
    auto const has_control = rings.dialect.attach == wire::attach_rule::epochs;
    auto const has_table = rings.dialect.status_in_table;
    auto const head = has_control ? sizeof(wire::control_block) : has_table ? sizeof(wire::resource_table) : 0;
    auto const start = rpmsg::align_up(static_cast<std::uint32_t>(head), rings.alignment);
    auto const word = rings.dialect.used_event_word;
    auto const first = wire::place_vring(start, rings.buffers, rings.alignment, word);
    auto const closest = rpmsg::align_up(wire::end_of_vring(first, rings.buffers), rings.alignment) - start;
    auto const usual = word ? closest : wire::lite_ring_size(rings.buffers, rings.alignment);
    auto const stride = rings.ring_stride != 0 ? rings.ring_stride : usual;
    auto const buffers = start + 2 * stride;
    auto const of_ring_0 = rings.buffers * rings.size_of(0);
    return {.rings = {first, wire::place_vring(start + stride, rings.buffers, rings.alignment, word)},
            .ring_buffers = {buffers, buffers + of_ring_0},
            .size = buffers + of_ring_0 + rings.buffers * rings.size_of(1),
            .has_control = has_control,
            .has_table = has_table};
}

/// Why a contract cannot work; empty when it can. What `contract_plan` says when compiling.
constexpr auto mistake_of(rpmsg::contract const& link) -> std::string_view {
    auto const& rings = link.rings;
    if (auto const mistake = mistake_of(rings); not mistake.empty()) {
        return mistake;
    }
    auto const at = place(rings);
    auto const is_linux = rings.dialect == rpmsg::wire::dialects::linux_virtio;
    if (at.rings[1].descriptors < rpmsg::wire::end_of_vring(at.rings[0], rings.buffers)) {
        return "ring_stride is smaller than a ring";
    }
    if (link.size < at.size) {
        return "size: the block is too small for its rings and buffers";
    }
    if (link.host_base % rings.alignment != 0 or link.remote_base % rings.alignment != 0) {
        return "both cores must see the block at a multiple of the alignment";
    }
    if (link.remote_base > 0xffff'ffff or link.remote_base + link.size > 0x1'0000'0000) {
        return "remote_base: the remote must see the block below 4 GiB";
    }
    if (not at.has_control and rings.device_base != link.host_base and rings.device_base != link.remote_base) {
        return "device_base is host_base or remote_base: a foreign driver writes one of the two into descriptors";
    }
    if (is_linux and (rings.alignment % 4096 != 0 or link.size % 4096 != 0)) {
        return "Linux maps whole pages: alignment and size are multiples of 4096";
    }
    if (is_linux and (rings.size_of(0) != 512 or rings.size_of(1) != 512)) {
        return "Linux has buffers of 512 bytes";
    }
    return {};
}

} // namespace doctor
