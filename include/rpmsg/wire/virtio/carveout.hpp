#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rpmsg::wire {

/// The name of a carveout: up to 31 characters, padded with NUL.
struct carveout_name {
    std::array<char, 32> characters{};

    constexpr carveout_name() = default;
    template <std::size_t Size> consteval carveout_name(char const (&text)[Size]) {
        static_assert(Size <= 32, "a carveout name is at most 31 characters");
        for (std::size_t i = 0; i + 1 < Size; ++i) {
            characters[i] = text[i];
        }
    }

    [[nodiscard]] constexpr auto view() const -> std::string_view {
        std::size_t length = 0;
        while (length < characters.size() and characters[length] != '\0') {
            ++length;
        }
        return {characters.data(), length};
    }
    auto operator==(carveout_name const&) const -> bool = default;
};

/// Memory that the firmware requests (Linux, include/linux/remoteproc.h, struct fw_rsc_carveout with its type word). Linux
/// assigns the memory region of the same name in the device tree to it, and does not boot when the two do not match.
struct carveout_entry {
    std::uint32_t type = 0;
    std::uint32_t device_address{};
    std::uint32_t physical_address = any_place;
    std::uint32_t length{}; ///< bytes
    std::uint32_t flags{};  ///< flags of an IOMMU mapping
    std::uint32_t reserved{};
    carveout_name name{};
};
static_assert(sizeof(carveout_entry) == 56 and wire_format<carveout_entry>);
static_assert(offsetof(carveout_entry, length) == 12 and offsetof(carveout_entry, name) == 24);

/// A resource table for Linux: rings and buffers as carveouts, then the RPMsg device. Carveouts come first because Linux
/// allocates other memory for a ring when the device precedes the ring's carveout.
struct carveout_table {
    std::uint32_t version = 1;
    std::uint32_t count = 4;
    std::array<std::uint32_t, 2> reserved{};
    std::array<std::uint32_t, 4> offsets{32, 88, 144, 200};
    std::array<carveout_entry, 3> carveouts{}; ///< ring 0, ring 1, buffers
    vdev_entry vdev{};
    std::array<vring_entry, 2> vrings{};
};
static_assert(sizeof(carveout_table) == 268 and wire_format<carveout_table>);
static_assert(offsetof(carveout_table, carveouts) == 32 and offsetof(carveout_table, vdev) == 200);

/// A table with the config space that Linux and OpenAMP read since 2026; it follows the rings of the vdev.
template <typename Table> struct sized_table {
    Table table{};
    versioned_config config{};
    std::uint8_t padding{};
};
using sized_carveout_table = sized_table<carveout_table>;
static_assert(offsetof(sized_table<resource_table>, config) == sizeof(resource_table));
static_assert(sizeof(sized_carveout_table) == 280 and wire_format<sized_carveout_table>);
static_assert(offsetof(sized_carveout_table, config) == sizeof(carveout_table));

} // namespace rpmsg::wire
