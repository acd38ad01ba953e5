#include <rpmsg/platform/region.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace wire = rpmsg::wire;

/// A table from somebody else, then a layout from what it says, then descriptors in that layout.
extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    // A table that is nearly right, with the input on top: else the search ends at the version word.
    auto table = std::vector<std::byte>(sizeof(wire::resource_table) + size % 32);
    auto good = wire::resource_table{};
    good.vrings[0] = {.device_address = 0x1000, .alignment = 64, .count = 4};
    good.vrings[1] = {.device_address = 0x2000, .alignment = 64, .count = 4};
    rpmsg::store(table, good);
    if (size > 0 and data[0] % 2 == 0) {
        table.assign(size, std::byte{});
        std::memcpy(table.data(), data, size);
    } else {
        for (std::size_t i = 1; i + 4 < size; i += 5) {
            std::memcpy(table.data() + data[i] % (table.size() - 3), data + i + 1, 4);
        }
    }
    auto const exact = std::vector<std::byte>(table.begin(), table.end()); // the sanitizer sees the byte after it
    auto const found = wire::read_resource_table(exact);
    if (not found) {
        return 0;
    }
    auto layout = rpmsg::runtime_layout{.buffers_per_ring = {found->vrings[0].count, found->vrings[1].count},
                                        .window = static_cast<std::uint32_t>(size) * 4,
                                        .window_size = 0x1'0000,
                                        .window_address = found->vrings[1].device_address,
                                        .status_offset = found->vdev_offset + 24};
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        auto const& entry = found->vrings[ring];
        auto const parts = wire::place_vring(entry.device_address, entry.count, entry.alignment);
        rpmsg::expects(parts.descriptors < parts.available and parts.available < parts.used);
        rpmsg::expects(parts.used < wire::end_of_vring(parts, entry.count));
        rpmsg::expects(parts.used % entry.alignment == 0);
        layout.rings[ring] = parts;
    }
    auto const region_size = found->vrings[0].device_address + 0x2'0000 > 0x2'0000 ? 0x4'0000u : 0xffff'ffffu;
    if (not layout.fits(region_size, layout.buffers_per_ring)) {
        return 0;
    }
    for (std::size_t i = 0; i + 12 <= size; i += 12) {
        auto address = std::uint64_t{};
        auto length = std::uint32_t{};
        std::memcpy(&address, data + i, 8);
        std::memcpy(&length, data + i + 8, 4);
        if (data[i] % 2 == 0) {
            address = layout.window_address + address % 0x1'2000;
            length %= 0x4000;
        }
        if (auto const where = layout.offset_of(address, length); where != rpmsg::nowhere) {
            rpmsg::expects(where % 4 == 0 and rpmsg::lies_inside(where, length, region_size));
            rpmsg::expects(not layout.touches_rings(where, length));
        }
    }
    return 0;
}
