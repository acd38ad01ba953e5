#include "../../examples/tool/shared_block/doctor.hpp"

#include <rpmsg/transport/vring/shared_block.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/control_block.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wire = rpmsg::wire;

namespace {
constexpr auto block_for(wire::dialect dialect, std::uint16_t buffers) -> rpmsg::shared_block {
    return {.rings = {.buffers = buffers, .buffer_size = 64, .alignment = 64, .device_base = 0x1000, .dialect = dialect},
            .host_base = 0x1000,
            .size = 0x1000};
}
constexpr auto shared_blocks = std::array{block_for(wire::dialects::rpmsg, 4),       block_for(wire::dialects::openamp, 4),
                                          block_for(wire::dialects::rpmsg_lite, 4),  block_for(wire::dialects::linux_virtio, 8),
                                          block_for(wire::dialects::linux_bufsz, 4), block_for(wire::dialects::nuttx, 4),
                                          block_for(wire::dialects::openvela, 4)};

/// The entries that Linux looks for by name, and where they are.
auto carveouts_of(rpmsg::shared_block const& link, doctor::placement const& at) -> wire::carveout_table {
    auto table = wire::carveout_table{};
    auto const starts = rpmsg::carveout_bounds(at, link.rings.alignment);
    for (std::size_t i = 0; i < 3; ++i) {
        table.carveouts[i] = {.device_address = starts[i], .length = starts[i + 1] - starts[i], .name = link.carveouts[i]};
    }
    return table;
}

/// A block in which nothing is wrong: else the search ends where noise is refused.
auto sound_block(rpmsg::shared_block const& link) -> std::vector<std::byte> {
    auto const at = rpmsg::place_block(link.rings);
    auto block = std::vector<std::byte>(at.size);
    auto const put = [&](std::size_t offset, auto value) { rpmsg::store(rpmsg::bytes{block}.subspan(offset), value); };
    auto const sizes = link.rings.dialect.sizes;
    if (at.has_control) {
        put(0, wire::control_block::driver_half{.magic = wire::control_magic,
                                                .fingerprint = link.rings.fingerprint(),
                                                .epoch = 1,
                                                .boot_seen = 1,
                                                .ready = 1,
                                                .reserved = {}});
        put(64,
            wire::control_block::device_half{
                .magic = wire::control_magic, .fingerprint = link.rings.fingerprint(), .boot = 1, .quiet = 1, .reserved = {}});
    }
    if (at.has_boot) {
        put(0, wire::boot_block{.base = {static_cast<std::uint32_t>(link.rings.device_base)},
                                .device_state = wire::boot_state::runs,
                                .driver_state = wire::boot_state::runs});
    }
    if (sizes == wire::config_space::versioned) {
        put(0, carveouts_of(link, at));
    } else if (at.has_table()) {
        put(at.table, std::array<std::uint32_t, 5>{1, 1, 0, 0, at.vdev});
    }
    if (at.has_table()) {
        auto const device = std::size_t{at.table} + at.vdev;
        put(device, wire::vdev_entry{.notify_id = link.vdev_notify_id,
                                     .device_features = link.features(),
                                     .driver_features = link.features(),
                                     .config_length = 64,
                                     .status = wire::device_status::driver_ok});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            put(device + 28 + 20 * ring, wire::vring_entry{.device_address = at.rings[ring].descriptors,
                                                           .alignment = link.rings.alignment,
                                                           .count = link.rings.buffers,
                                                           .notify_id = link.ring_notify_ids[ring]});
        }
        if (sizes == wire::config_space::versioned) {
            put(device + 68, wire::offer_sizes(64, 64));
        } else if (sizes == wire::config_space::rptun) {
            put(device + 68, wire::rptun_config{.to_device_size = 64, .to_driver_size = 64});
        }
    }
    for (std::uint16_t id = 0; id < link.rings.buffers; ++id) {
        put(at.rings[0].descriptors + 16u * id,
            wire::descriptor{link.rings.device_base + at.ring_buffers[0] + 64u * id, 64, wire::descriptor_flag::write, 0});
        put(at.rings[0].available + 4 + 2u * id, id);
    }
    put(at.rings[0].available + 2, link.rings.buffers);
    return block;
}
} // namespace

/// Any bytes as a block, or a sound block with the input on top, and as one of two looks at a link in use. The doctor
/// says something in any case and the words of a finding are never empty; the search begins with what is sound.
extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size == 0) {
        for (auto const& link : shared_blocks) {
            rpmsg::expects(doctor::diagnose(link, sound_block(link)).is_healthy());
        }
        return 0;
    }
    auto const& link = shared_blocks[data[0] % shared_blocks.size()];
    auto block = sound_block(link);
    auto const sound = block;
    if (data[0] < 0x40) {
        auto const* const first = reinterpret_cast<std::byte const*>(data + 1);
        block.assign(first, first + size - 1);
        block.shrink_to_fit(); // the sanitizer sees the byte after it
    } else {
        for (std::size_t i = 1; i + 4 < size; i += 5) {
            auto const at = (data[i] + 256u * (data[i + 1] % 4)) % (block.size() - 2);
            block[at] = static_cast<std::byte>(data[i + 2]);
            block[at + 1] = static_cast<std::byte>(data[i + 3]);
        }
    }
    auto const found = doctor::locate_block(block);
    auto const result = doctor::diagnose(link, found.block);
    for (auto const& one : result.found) {
        rpmsg::expects(not one.field.empty() and not one.text.empty());
    }
    rpmsg::expects(result.refusal.empty() or result.found.empty());
    (void)doctor::diagnose_table(link, block);
    (void)doctor::diagnose(link, std::vector{sound, block});
    return 0;
}
