#include <rpmsg/wire/virtio/resource_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;
using raw_table = std::array<std::byte, sizeof(wire::resource_table)>;

constexpr auto good =
    wire::resource_table{.vdev = {.device_features = wire::feature_name_service, .status = wire::device_status::driver_ok},
                         .vrings = {wire::vring_entry{.device_address = 0x1000, .alignment = 16, .count = 8, .notify_id = 0},
                                    wire::vring_entry{.device_address = 0x2000, .alignment = 16, .count = 8, .notify_id = 1}}};

constexpr auto raw_of(wire::resource_table const& table) -> raw_table { return std::bit_cast<raw_table>(table); }

constexpr auto is_malformed(wire::resource_table const& table) -> bool {
    return not wire::read_resource_table(raw_of(table)).has_value();
}

/// The good table with one ring changed.
constexpr auto with_ring(std::uint32_t address, std::uint32_t alignment, std::uint32_t count) -> wire::resource_table {
    auto table = good;
    table.vrings[1] = {.device_address = address, .alignment = alignment, .count = count};
    return table;
}
} // namespace

TEST_CASE("the fields of a table lie where remoteproc looks for them") {
    constexpr auto raw = raw_of(good);
    STATIC_REQUIRE(load<std::uint32_t>(raw) == 1);
    STATIC_REQUIRE(load<std::uint32_t>(const_bytes{raw}.subspan(16)) == 20);
    STATIC_REQUIRE(load<std::uint32_t>(const_bytes{raw}.subspan(20)) == 3);
    STATIC_REQUIRE(load<std::uint32_t>(const_bytes{raw}.subspan(24)) == 7);
    STATIC_REQUIRE(raw[44] == std::byte{4});
    STATIC_REQUIRE(raw[45] == std::byte{2});
    STATIC_REQUIRE(load<std::uint32_t>(const_bytes{raw}.subspan(48)) == 0x1000);
    STATIC_REQUIRE(load<std::uint32_t>(const_bytes{raw}.subspan(76)) == 8);
}

TEST_CASE("a table is read as it was written") {
    constexpr auto read = wire::read_resource_table(raw_of(good));
    STATIC_REQUIRE(read.has_value());
    STATIC_REQUIRE(read->vdev_offset == 20);
    STATIC_REQUIRE(read->vdev.status == wire::device_status::driver_ok);
    STATIC_REQUIRE(read->vrings[1].device_address == 0x2000);
}

TEST_CASE("an RPMsg device is found behind other entries") {
    auto table = std::array<std::byte, 16 + 8 + 28 + 20 + 68>{};
    store(bytes{table}, std::array<std::uint32_t, 4>{1, 2, 0, 0});
    store(bytes{table}.subspan(16), std::array<std::uint32_t, 2>{24, 72});
    store(bytes{table}.subspan(24), wire::vdev_entry{.id = 4, .vring_count = 1});
    store(bytes{table}.subspan(72), good.vdev);
    store(bytes{table}.subspan(100), good.vrings[0]);
    store(bytes{table}.subspan(120), good.vrings[1]);
    auto const read = wire::read_resource_table(table);
    REQUIRE(read);
    CHECK(read->vdev_offset == 72);
    CHECK(read->vrings[0].device_address == 0x1000);
}

TEST_CASE("a truncated table is malformed, wherever it ends") {
    constexpr auto raw = raw_of(good);
    for (std::size_t size = 0; size < raw.size(); ++size) {
        CHECK_FALSE(wire::read_resource_table(const_bytes{raw}.first(size)).has_value());
    }
}

TEST_CASE("case 65: a table whose rings cannot be laid out is malformed") {
    STATIC_REQUIRE_FALSE(is_malformed(with_ring(0x2000, 4096, 32768)));
    STATIC_REQUIRE(is_malformed(with_ring(0x2000, 16, 0)));
    STATIC_REQUIRE(is_malformed(with_ring(0x2000, 16, 7)));
    STATIC_REQUIRE(is_malformed(with_ring(0x2000, 16, 65536)));
    STATIC_REQUIRE(is_malformed(with_ring(0x2000, 0, 8)));
    STATIC_REQUIRE(is_malformed(with_ring(0x2000, 24, 8)));
    STATIC_REQUIRE(is_malformed(with_ring(0x2000, 0x8000'0000, 8)));
    STATIC_REQUIRE(is_malformed(with_ring(0xffff'ff40, 16, 8)));
    STATIC_REQUIRE(is_malformed(with_ring(0xffff'ffff, 16, 32768)));
}

TEST_CASE("a foreign version, too many entries, or an entry outside is malformed") {
    auto table = good;
    table.version = 2;
    CHECK(is_malformed(table));
    table = good;
    table.count = 0xffff'ffff;
    CHECK(is_malformed(table));
    table = good;
    table.count = 0;
    CHECK(is_malformed(table));
    table = good;
    table.offset = 0xffff'fff0;
    CHECK(is_malformed(table));
    table = good;
    table.offset = 61;
    CHECK(is_malformed(table));
    table = good;
    table.vdev.vring_count = 3;
    CHECK(is_malformed(table));
}

TEST_CASE("rings that the host has not placed yet are not malformed, and another fault is") {
    constexpr auto error_of = [](wire::resource_table const& table) {
        return wire::read_resource_table(raw_of(table)).error();
    };
    STATIC_REQUIRE(error_of(with_ring(wire::any_place, 16, 8)) == error::not_placed);
    STATIC_REQUIRE(error_of(with_ring(wire::any_place, 16, 7)) == error::malformed);
    constexpr auto none_placed = [] {
        auto table = with_ring(wire::any_place, 16, 8);
        table.vrings[0].device_address = wire::any_place;
        return table;
    }();
    STATIC_REQUIRE(error_of(none_placed) == error::not_placed);
    STATIC_REQUIRE(wire::read_resource_table(raw_of(good)).has_value());
}
