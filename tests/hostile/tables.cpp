#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/runtime_layout.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>
#include <rpmsg/wire/virtio/resource_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include "raw_link.hpp"
#include "transport/device_table.hpp"
#include <array>
#include <functional>
#include <type_traits>
#include <vector>

namespace wire = rpmsg::wire;
using rpmsg::nowhere;

namespace {

constexpr auto good_table() -> wire::resource_table {
    auto table = wire::resource_table{};
    table.vrings[0] = {.device_address = 0x1000, .alignment = 64, .count = 4};
    table.vrings[1] = {.device_address = 0x2000, .alignment = 64, .count = 4};
    return table;
}
constexpr auto reads(wire::resource_table const& table, std::size_t size = sizeof(wire::resource_table)) -> bool {
    auto raw = std::array<std::byte, sizeof(table)>{};
    rpmsg::store(raw, table);
    return wire::read_resource_table(rpmsg::const_bytes{raw}.first(size)).has_value();
}
constexpr auto refuses(auto change) -> bool {
    auto table = good_table();
    change(table);
    return not reads(table);
}

constexpr auto config = [] {
    auto made = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .device_base = 0x8000'0000};
    made.dialect = wire::dialects::openamp;
    return made;
}();
using contiguous = rpmsg::vring_layout<config>;

/// The contiguous layout as a runtime_layout.
constexpr auto placed() -> rpmsg::runtime_layout {
    return {.buffers_per_ring = {4, 4},
            .rings = {contiguous::parts(0), contiguous::parts(1)},
            .window = contiguous::buffer(0, 0),
            .window_size = contiguous::size() - contiguous::buffer(0, 0),
            .window_address = contiguous::address_of(contiguous::buffer(0, 0)),
            .ring_buffers = {contiguous::buffer(0, 0), contiguous::buffer(1, 0)},
            .buffer_sizes = {64, 64},
            .status_offset = contiguous::status()};
}
constexpr auto fits(rpmsg::runtime_layout const& layout) -> bool { return layout.fits(contiguous::size(), {4, 4}); }

using placed_device = rpmsg::vring_device<config, rpmsg::mapped_region<>, rpmsg::no_doorbell, rpmsg::runtime_layout>;
using placed_driver = rpmsg::vring_driver<config, rpmsg::mapped_region<>, rpmsg::no_doorbell, rpmsg::runtime_layout>;

/// With a correct peer, a link whose start succeeds comes up.
template <typename Link> auto starts(rpmsg::runtime_layout const& layout) -> bool {
    auto memory = hostile::guarded_memory{contiguous::size()};
    auto const shared = rpmsg::mapped_region<>{memory.content().data(), memory.size()};
    put_device_table<config>(
        [&](std::uint32_t offset, std::uint32_t word) { rpmsg::store(memory.content().subspan(offset), word); });
    if constexpr (std::is_same_v<Link, placed_device>) {
        auto driver = rpmsg::vring_driver<config>{shared};
        REQUIRE(driver.start());
        (void)driver.poll(0);
    }
    auto link = Link{shared, rpmsg::no_doorbell{}, layout};
    auto const started = link.start().has_value();
    for (auto i = 0u; started and i < 5; ++i) {
        (void)link.poll(i);
        (void)link.receive();
        if (auto const room = link.reserve(); room) {
            (void)link.commit(room, {.length = 4});
        }
    }
    CHECK(link.is_up() == started);
    CHECK(memory.is_intact());
    return started;
}

} // namespace

TEST_CASE("case 65: a resource table with an impossible ring is refused") {
    STATIC_REQUIRE(reads(good_table()));
    for (auto const which : {0u, 1u}) {
        for (auto const count : {0u, 3u, 6u, 65535u, 65536u, 0x8000'0000u, 0xffff'ffffu}) {
            CHECK(refuses([&](auto& table) { table.vrings[which].count = count; }));
        }
        for (auto const alignment : {0u, 3u, 65u, 0x0020'0000u, 0x8000'0000u, 0xffff'ffffu}) {
            CHECK(refuses([&](auto& table) { table.vrings[which].alignment = alignment; }));
        }
        // A ring whose end lies beyond 4 GiB.
        for (auto const where : {0xffff'ffffu, 0xffff'ff80u, 0xffff'fff0u}) {
            CHECK(refuses([&](auto& table) { table.vrings[which].device_address = where; }));
        }
        CHECK(refuses([&](auto& table) {
            table.vrings[which] = {.device_address = 0xffff'ffff - 26 * 32768, .alignment = 0x10'0000, .count = 32768};
        }));
    }
}

TEST_CASE("case 65: whatever ring is accepted can be laid out without overflow") {
    for (auto count = 1u; count <= 32768; count *= 2) {
        for (auto alignment = 1u; alignment <= 0x10'0000; alignment *= 2) {
            for (auto back = 0u; back < 40; ++back) {
                auto const span = 26 * count + 12 + alignment;
                auto const ring =
                    wire::vring_entry{.device_address = 0xffff'ffff - span + 20 - back, .alignment = alignment, .count = count};
                if (not wire::is_usable(ring)) {
                    continue;
                }
                auto const parts = wire::place_vring(ring.device_address, count, alignment);
                CHECK(parts.available > parts.descriptors);
                CHECK(parts.used > parts.available);
                CHECK(wire::end_of_vring(parts, count) > parts.used);
            }
        }
    }
}

TEST_CASE("case 65: a truncated, foreign or misleading table is refused") {
    for (std::size_t size = 0; size < sizeof(wire::resource_table); ++size) {
        CHECK_FALSE(reads(good_table(), size));
    }
    CHECK(refuses([](auto& table) { table.version = 2; }));
    for (auto const count : {0u, 20u, 0x4000'0000u, 0xffff'ffffu}) {
        CHECK(refuses([&](auto& table) { table.count = count; }));
    }
    for (auto const offset : {61u, 87u, 88u, 89u, 0x7fff'ffffu, 0xffff'ffe4u, 0xffff'ffffu}) {
        CHECK(refuses([&](auto& table) { table.offset = offset; }));
    }
    for (auto const rings : {0u, 1u, 3u, 255u}) {
        CHECK(refuses([&](auto& table) { table.vdev.vring_count = static_cast<std::uint8_t>(rings); }));
    }
    CHECK(refuses([](auto& table) { table.vdev.type = 2; }));
    CHECK(refuses([](auto& table) { table.vdev.id = 3; }));
}

TEST_CASE("case 65: a learned layout whose parts lie outside, or odd, does not fit") {
    STATIC_REQUIRE(fits(placed()));
    CHECK(starts<placed_device>(placed()));
    CHECK(starts<placed_driver>(placed()));
    auto const bad = [](char const* what, auto change) {
        auto layout = placed();
        change(layout);
        INFO(what);
        CHECK_FALSE(starts<placed_device>(layout));
        CHECK_FALSE(starts<placed_driver>(layout));
    };
    for (auto const which : {0u, 1u}) {
        for (auto const by : {1u, 2u, 3u}) {
            bad("odd descriptors", [&](auto& it) { it.rings[which].descriptors += by; });
            bad("odd used ring", [&](auto& it) { it.rings[which].used += by; });
        }
        bad("odd available ring", [&](auto& it) { it.rings[which].available += 1; });
        for (auto const where : {contiguous::size() - 4, contiguous::size(), 0xffff'fffcu, 0x8000'0000u}) {
            bad("descriptors outside", [&](auto& it) { it.rings[which].descriptors = where; });
            bad("available ring outside", [&](auto& it) { it.rings[which].available = where; });
            bad("used ring outside", [&](auto& it) { it.rings[which].used = where; });
        }
    }
    bad("other count", [](auto& it) { it.buffers_per_ring = {4, 8}; });
    bad("window outside", [](auto& it) { it.window = contiguous::size(); });
    bad("window too long", [](auto& it) { it.window_size += 1; });
    bad("window wraps", [](auto& it) { it.window_size = 0xffff'ffff; });
    bad("odd window", [](auto& it) {
        it.window += 2;
        it.window_size -= 2;
    });
    bad("status outside", [](auto& it) { it.status_offset = contiguous::size(); });
    bad("no status", [](auto& it) { it.status_offset = nowhere; });
    bad("status without its entry", [](auto& it) { it.status_offset = 20; });
    bad("odd status", [](auto& it) { it.status_offset += 2; });
}

TEST_CASE("case 65: a driver whose buffers lie outside does not start") {
    auto const bad = [](auto change) {
        auto layout = placed();
        change(layout);
        CHECK_FALSE(starts<placed_driver>(layout));
    };
    for (auto const which : {0u, 1u}) {
        bad([&](auto& it) { it.ring_buffers[which] = nowhere; });
        bad([&](auto& it) { it.ring_buffers[which] = contiguous::size() - 4 * 64 + 4; });
        bad([&](auto& it) { it.ring_buffers[which] += 2; });
        bad([&](auto& it) { it.buffer_sizes[which] = 0x4000'0000; });
        bad([&](auto& it) { it.buffer_sizes[which] = 65; });
        bad([&](auto& it) {
            it.ring_buffers[which] = contiguous::buffer(which, 0) + 64 * 2;
            it.buffer_sizes[which] = 128;
        });
    }
}

TEST_CASE("case 7: with a learned layout no descriptor maps onto rings, status or outside, and all that maps is aligned") {
    for (auto const odd : {0u, 1u, 2u, 3u}) {
        auto layout = placed();
        layout.window = 0; // the buffers may be anywhere in the region
        layout.window_size = contiguous::size();
        layout.window_address = 0x8000'0000 + odd;
        for (auto at = 0u; at < contiguous::size() + 80; ++at) {
            for (auto const length : {16u, 17u, 64u, 0xffff'fff0u}) {
                auto const where = layout.offset_of(0x8000'0000u + at, length);
                if (where == nowhere) {
                    continue;
                }
                CHECK(where % 4 == 0);
                CHECK(rpmsg::lies_inside(where, length, contiguous::size()));
                CHECK_FALSE(layout.touches_rings(where, length));
            }
        }
    }
}
