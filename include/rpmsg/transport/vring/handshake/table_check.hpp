#pragma once

#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/handshake.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>
#include <rpmsg/wire/virtio/vring.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// Compares the vdev entry around the status byte, its rings and its config space with a configuration. Reads each field once.
template <vring_config Config> class table_check {
    static constexpr auto sizes = Config.dialect.sizes;
    static constexpr bool is_versioned = Config.dialect.has_versioned_sizes();
    static constexpr auto size_bit = sizes == wire::config_space::none ? 0
                                     : is_versioned                    ? wire::feature_sizes_linux
                                                                       : wire::feature_sizes_rptun;
    static constexpr auto ring_features = Config.event_index ? wire::feature_event_index : 0;
    static constexpr auto name_features = Config.dialect.acknowledged ? wire::feature_acknowledge : 0;
    /// These bits must be in effect exactly as configured: they change what both sides write.
    static constexpr auto decisive = wire::feature_event_index | wire::feature_must_ring | name_features;

    static constexpr auto rings_at = static_cast<std::uint32_t>(sizeof(wire::vdev_entry));
    static constexpr auto config_at = rings_at + 2 * static_cast<std::uint32_t>(sizeof(wire::vring_entry));

    template <region Region>
    static constexpr auto read(Region& shared, std::uint32_t vdev, std::size_t field) -> std::uint32_t {
        return shared.template load<site::status_load, std::uint32_t>(vdev + static_cast<std::uint32_t>(field));
    }
    static constexpr auto is_placed(std::uint32_t address) -> bool { return address != 0 and address != wire::any_place; }

    /// Whether `address` in the table may belong to `offset`. Each core maps the block at its own address, which keeps the
    /// offset in a page of 4096 bytes; a driver that fills the table may write offsets from the start of the block.
    static constexpr auto may_be(std::uint32_t address, link_layout auto const& layout, std::uint32_t offset) -> bool {
        constexpr std::uint32_t in_page = 4095;
        auto const seen = static_cast<std::uint32_t>(layout.address_of(offset));
        return ((address - seen) & in_page) == 0 or (Config.dialect.has_boot_block() and ((address - offset) & in_page) == 0);
    }

    template <region Region>
    [[gnu::noinline]] static constexpr auto compare_rings(Region& shared, link_layout auto const& layout, std::uint32_t vdev)
        -> config_mismatch {
        auto places = std::array<std::uint32_t, 2>{};
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            auto const entry = rings_at + ring * sizeof(wire::vring_entry);
            if (read(shared, vdev, entry + offsetof(wire::vring_entry, count)) != Config.count_of(ring)) {
                return config_mismatch::buffer_count;
            }
            if (read(shared, vdev, entry + offsetof(wire::vring_entry, alignment)) != Config.alignment) {
                return config_mismatch::ring_alignment;
            }
            places[ring] = read(shared, vdev, entry + offsetof(wire::vring_entry, device_address));
            constexpr auto event_word = Config.dialect.used_event_word;
            auto const theirs = wire::place_vring(places[ring], Config.count_of(ring), Config.alignment, event_word);
            auto const ours = layout.parts(ring);
            if (is_placed(places[ring]) and theirs.used - theirs.descriptors != ours.used - ours.descriptors) {
                return config_mismatch::used_ring_place;
            }
            if (is_placed(places[ring]) and not may_be(places[ring], layout, ours.descriptors)) {
                return config_mismatch::ring_place;
            }
        }
        auto const distance = layout.parts(1).descriptors - layout.parts(0).descriptors;
        auto const are_placed = is_placed(places[0]) and is_placed(places[1]);
        return are_placed and places[1] - places[0] != distance ? config_mismatch::ring_place : config_mismatch::none;
    }

    static constexpr auto compare_sizes(std::uint32_t to_driver, std::uint32_t to_device) -> config_mismatch {
        if (to_driver != Config.size_of(0)) {
            return config_mismatch::to_driver_size;
        }
        return to_device != Config.size_of(1) ? config_mismatch::to_device_size : config_mismatch::none;
    }

    template <region Region> static constexpr auto compare_config(Region& shared, std::uint32_t vdev) -> config_mismatch {
        constexpr auto least = is_versioned ? sizeof(wire::versioned_config) : 8;
        if (read(shared, vdev, offsetof(wire::vdev_entry, config_length)) < least) {
            return config_mismatch::config_space;
        }
        auto const first = read(shared, vdev, config_at);
        auto const second = read(shared, vdev, config_at + 4);
        if constexpr (is_versioned) {
            auto const third = read(shared, vdev, config_at + 8);
            constexpr auto version_and_size = std::uint32_t{1 | sizeof(wire::versioned_config) << 8};
            if ((first & 0x00ff'ffff) != version_and_size) {
                return config_mismatch::config_space;
            }
            auto const sizes_found = std::array{first >> 24 | second << 8, second >> 24 | third << 8};
            constexpr auto to_driver = sizes == wire::config_space::versioned ? 0u : 1u;
            return compare_sizes(sizes_found[to_driver], sizes_found[1 - to_driver]);
        } else {
            return compare_sizes(second, first);
        }
    }

    /// Whether the head of the table refers to the entry; true where the layout does not know the table.
    template <region Region>
    static constexpr auto is_listed(Region& shared, link_layout auto const& layout, std::uint32_t vdev) -> bool {
        auto const table = table_of(layout);
        constexpr auto is_drivers_own = Config.dialect.attach != wire::attach_rule::status_byte;
        if (is_drivers_own or table == nowhere) {
            return true; // written by the driver itself, or not known
        }
        constexpr std::uint32_t most = 16; // more than any known table; the table itself must not bound the loop
        auto const before = (vdev - table - std::uint32_t{offsetof(wire::resource_table, offset)}) / 4;
        shared.invalidate(table, vdev - table);
        auto const count = read(shared, table, offsetof(wire::resource_table, count));
        auto leads_there = false;
        for (std::uint32_t i = 0; count <= before and i < std::min(count, most); ++i) {
            leads_there = leads_there or
                          read(shared, table, std::uint32_t{offsetof(wire::resource_table, offset)} + 4 * i) == vdev - table;
        }
        return leads_there and read(shared, table, 0) == wire::resource_table{}.version;
    }

    /// The features that the driver keeps of those that are offered.
    template <region Region>
    static constexpr auto kept_features(Region& shared, std::uint32_t vdev, bool is_device) -> std::uint32_t {
        return is_device and Config.dialect.negotiates ? read(shared, vdev, offsetof(wire::vdev_entry, driver_features))
                                                       : known_features;
    }

  public:
    /// The offered feature bits that this side accepts.
    static constexpr auto known_features = Config.dialect.features | ring_features;
    /// Size of the config space in a table of this dialect, in bytes.
    static constexpr auto config_size = sizes == wire::config_space::none ? 0u : is_versioned ? 12u : 64u;
    /// Size from the vdev entry to the end of the config space, in bytes.
    static constexpr auto size = config_at + config_size;

    /// Whether the first `entry` bytes of the vdev entry, and the head of the table before it, lie inside `size` bytes.
    [[nodiscard]] static constexpr auto fits(link_layout auto const& layout, std::uint32_t region_size, std::uint32_t entry)
        -> bool {
        auto const vdev = layout.status() - std::uint32_t{offsetof(wire::vdev_entry, status)};
        auto const table = table_of(layout);
        return layout.status() != nowhere and lies_aligned(vdev, entry, region_size) and
               (table == nowhere or lies_aligned(table, sizeof(std::uint32_t) + 16, vdev));
    }
    /// Whether the device's firmware, or its loader, has written a table: zeroed memory is not a table yet.
    template <region Region> static constexpr auto is_there(Region& shared, link_layout auto const& layout) -> bool {
        auto const vdev = layout.status() - static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));
        auto const table = table_of(layout);
        shared.invalidate(vdev, sizeof(wire::vdev_entry));
        auto any = std::uint32_t{};
        for (std::uint32_t field = 0; field < offsetof(wire::vdev_entry, status); field += 4) {
            any |= read(shared, vdev, field);
        }
        if (table != nowhere) {
            shared.invalidate(table, 4);
            any |= read(shared, table, 0);
        }
        return any != 0;
    }

    /// Whether the name service was offered and accepted: in the driver's features, or in the known features if this side is
    /// the driver.
    template <region Region>
    static constexpr auto takes_names(Region& shared, link_layout auto const& layout, bool is_device) -> bool {
        auto const vdev = layout.status() - static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));
        shared.invalidate(vdev, sizeof(wire::vdev_entry));
        auto const kept = kept_features(shared, vdev, is_device);
        return (read(shared, vdev, offsetof(wire::vdev_entry, device_features)) & kept & wire::feature_name_service) != 0;
    }

    /// The first field that does not match, or `none`. A feature is in effect when it is offered and accepted.
    template <region Region>
    static constexpr auto compare(Region& shared, link_layout auto const& layout, bool is_device) -> config_mismatch {
        auto const vdev = layout.status() - static_cast<std::uint32_t>(offsetof(wire::vdev_entry, status));
        shared.invalidate(vdev, size);
        constexpr auto count_at = static_cast<std::uint32_t>(offsetof(wire::vdev_entry, vring_count));
        auto const rings = shared.template load<site::status_load, std::uint8_t>(vdev + count_at);
        auto const type = read(shared, vdev, 0);
        auto const is_vdev = type == wire::vdev_entry{}.type or (not Config.dialect.negotiates and type == 0);
        if (not is_vdev or read(shared, vdev, offsetof(wire::vdev_entry, id)) != wire::vdev_entry{}.id or rings != 2 or
            (not is_device and not is_listed(shared, layout, vdev))) {
            return config_mismatch::no_device;
        }
        if (auto const found = compare_rings(shared, layout, vdev); found != config_mismatch::none) {
            return found;
        }
        auto const kept = kept_features(shared, vdev, is_device);
        auto const in_effect = read(shared, vdev, offsetof(wire::vdev_entry, device_features)) & kept;
        if ((in_effect & decisive) != (ring_features | name_features)) {
            return config_mismatch::features;
        }
        if constexpr (sizes != wire::config_space::none) {
            if (not Config.dialect.negotiates or (in_effect & size_bit) != 0) {
                return compare_config(shared, vdev);
            }
            return compare_sizes(512, 512);
        } else {
            return config_mismatch::none;
        }
    }
};

} // namespace rpmsg::detail
