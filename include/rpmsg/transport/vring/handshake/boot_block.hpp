#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The words of the boot block (wire/virtio/boot_block.hpp), by their offset in it. Each write is cleaned to memory at once.
struct boot_words {
    template <region Region>
    static constexpr auto read(Region& shared, link_layout auto const& layout, std::uint32_t offset) -> std::uint32_t {
        return shared.template load<site::control_load, std::uint32_t>(layout.boot() + offset);
    }
    template <region Region>
    static constexpr auto write(Region& shared, link_layout auto const& layout, std::uint32_t offset, std::uint32_t value)
        -> void {
        shared.template store<site::control_store>(layout.boot() + offset, value);
        shared.clean(layout.boot() + offset, sizeof(value));
    }
};

/// Whether the boot block, the head of the table behind it and the vdev entry lie inside a region of `size` bytes.
template <vring_config Config>
[[nodiscard]] constexpr auto boot_block_fits(link_layout auto const& layout, std::uint32_t size) -> bool {
    constexpr auto behind = std::uint32_t{sizeof(wire::boot_block) + offsetof(wire::resource_table, vdev)};
    constexpr auto entry = table_check<Config>::size;
    return table_check<Config>::fits(layout, size, entry) and
           lies_aligned(layout.boot(), behind, layout.status() - std::uint32_t{offsetof(wire::vdev_entry, status)});
}

/// The table behind a boot block, as its driver fills it (NuttX, arch/sim/src/sim/sim_rptun.c and sim_rpmsg_virtio.c).
template <vring_config Config> class driver_table {
    static constexpr auto vdev_size = static_cast<std::uint32_t>(sizeof(wire::vdev_entry));
    static constexpr auto ring_size = static_cast<std::uint32_t>(sizeof(wire::vring_entry));
    static constexpr auto vdev_of(link_layout auto const& layout) -> std::uint32_t {
        return layout.status() - static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));
    }
    template <region Region, std::size_t Count>
    static constexpr auto put(Region& shared, std::uint32_t offset, std::array<std::uint32_t, Count> const& words)
        -> std::uint32_t {
        for (auto const word : words) {
            shared.template store<site::ring_clear>(offset, word);
            offset += 4;
        }
        return offset;
    }

  public:
    /// Name service, acknowledgement and sizes: the feature bits of these dialects that need no further fields.
    static constexpr std::uint32_t offered = Config.dialect.features & 0b111;

    /// Writes the head of a table with one entry, the entry with a status of 0, and its config space.
    template <region Region> static constexpr auto fill(Region& shared, link_layout auto const& layout) -> void {
        auto const vdev = vdev_of(layout);
        auto const table = layout.boot() + static_cast<std::uint32_t>(sizeof(wire::boot_block));
        constexpr auto config_size = static_cast<std::uint32_t>(sizeof(wire::rptun_config));
        constexpr auto entry = wire::vdev_entry{};
        shared.template store<site::status_store>(layout.status(), std::uint8_t{0});
        (void)put(shared, table, std::array<std::uint32_t, 5>{1, 1, 0, 0, vdev - table});
        auto at = put(shared, vdev,
                      std::array<std::uint32_t, 7>{entry.type, entry.id, 0, offered, 0, config_size, entry.vring_count << 8});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            at = put(shared, at,
                     std::array<std::uint32_t, 5>{layout.parts(ring).descriptors, Config.alignment, Config.count_of(ring),
                                                  1 + ring, 0});
        }
        auto config = std::array<std::uint32_t, config_size / 4>{Config.size_of(1), Config.size_of(0)};
        (void)put(shared, at, config);
        shared.clean(table, static_cast<std::uint32_t>(offsetof(wire::resource_table, vdev)));
        shared.clean(vdev, vdev_size + 2 * ring_size + config_size);
    }
    /// The driver's address of the region's start.
    static constexpr auto base_of(link_layout auto const& layout) -> std::uint64_t {
        return layout.address_of(layout.buffer(0, 0)) - layout.buffer(0, 0);
    }
    template <region Region>
    static constexpr auto put_base(Region& shared, link_layout auto const& layout, std::uint64_t base) -> void {
        boot_words::write(shared, layout, 0, static_cast<std::uint32_t>(base));
        boot_words::write(shared, layout, 4, static_cast<std::uint32_t>(base >> 32));
    }
    /// Reports that the rings are initialised, with the features that the driver keeps.
    template <region Region>
    static constexpr auto put_status(Region& shared, link_layout auto const& layout, std::uint32_t kept) -> void {
        auto const vdev = vdev_of(layout);
        shared.template store<site::status_store>(
            vdev + static_cast<std::uint32_t>(offsetof(wire::vdev_entry, driver_features)), kept);
        shared.template store<site::status_store>(layout.status(), wire::device_status::driver_ok);
        shared.clean(vdev, vdev_size);
    }
};

} // namespace rpmsg::detail
