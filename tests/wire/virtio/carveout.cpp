#include <rpmsg/wire/virtio/carveout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>

namespace {
namespace wire = rpmsg::wire;

constexpr auto as_bytes(wire::carveout_table const& table) -> std::array<std::byte, sizeof(wire::carveout_table)> {
    auto raw = std::array<std::byte, sizeof(wire::carveout_table)>{};
    rpmsg::store(raw, table);
    return raw;
}
} // namespace

TEST_CASE("a carveout's name is padded with NUL and read up to it") {
    constexpr auto name = wire::carveout_name{"vdev0buffer"};
    STATIC_REQUIRE(name.view() == "vdev0buffer");
    STATIC_REQUIRE(name.characters[11] == '\0' and name.characters[31] == '\0');
    STATIC_REQUIRE(wire::carveout_name{"a name of thirty-one characters"}.view().size() == 31);
    STATIC_REQUIRE(wire::carveout_name{}.view().empty());
    STATIC_REQUIRE(name == wire::carveout_name{"vdev0buffer"});
}

TEST_CASE("the entries of a table with carveouts lie where its offsets say") {
    constexpr auto table = wire::carveout_table{};
    STATIC_REQUIRE(table.offsets[0] == offsetof(wire::carveout_table, carveouts));
    STATIC_REQUIRE(table.offsets[1] == table.offsets[0] + sizeof(wire::carveout_entry));
    STATIC_REQUIRE(table.offsets[2] == table.offsets[1] + sizeof(wire::carveout_entry));
    STATIC_REQUIRE(table.offsets[3] == offsetof(wire::carveout_table, vdev));
}

TEST_CASE("the RPMsg device is found behind the carveouts") {
    constexpr auto found = [] {
        auto table = wire::carveout_table{};
        table.vrings = {wire::vring_entry{.device_address = 0x1000, .alignment = 4096, .count = 8, .notify_id = 0},
                        wire::vring_entry{.device_address = 0x3000, .alignment = 4096, .count = 8, .notify_id = 1}};
        return wire::read_resource_table(as_bytes(table));
    }();
    STATIC_REQUIRE(found.has_value());
    STATIC_REQUIRE(found->vdev_offset == 200 and found->vrings[1].device_address == 0x3000);
}
