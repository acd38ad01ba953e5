#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring/composed_table.hpp>
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
namespace dialects = rpmsg::wire::dialects;
namespace wire = rpmsg::wire;
using rpmsg::link_rule;
using rpmsg::shared_block;

constexpr auto control =
    shared_block{.name = "control",
                 .rings = {.buffers = 16, .alignment = 4096, .device_base = 0x1004'0000, .dialect = dialects::linux_virtio},
                 .host_base = 0x1004'0000,
                 .remote_base = 0x1004'0000,
                 .size = 0x8000};
constexpr auto bulk = shared_block{.name = "bulk",
                                   .rings = {.buffers = 4,
                                             .remote_to_host_buffers = 8,
                                             .buffer_size = 2048,
                                             .alignment = 4096,
                                             .device_base = 0x1005'0000,
                                             .dialect = dialects::linux_bufsz},
                                   .host_base = 0x1005'0000,
                                   .remote_base = 0x1005'0000,
                                   .size = 0x1'0000,
                                   .vdev_notify_id = 5,
                                   .ring_notify_ids = {3, 4},
                                   .carveouts = {"vdev1vring0", "vdev1vring1", "vdev1buffer"}};
constexpr auto trace = wire::trace_entry{.device_address = 0x1003'f000, .length = 0x1000, .name = "trace0"};
constexpr auto table = rpmsg::resource_table_of<control, trace, bulk>();

template <typename Table> constexpr auto as_bytes(Table const& made) {
    auto raw = std::array<std::byte, sizeof(Table)>{};
    rpmsg::store(raw, made);
    return raw;
}

constexpr auto broken_by(auto change) -> link_rule {
    auto links = std::array{control, bulk};
    auto traces = std::array{trace};
    change(links[1], traces[0]);
    return broken_rule(links, traces);
}
} // namespace

TEST_CASE("a table of two links and a trace lists carveouts, trace and devices in this order") {
    STATIC_REQUIRE(table.version == 1);
    STATIC_REQUIRE(table.count == 9);
    STATIC_REQUIRE(table.offsets[0] == 16 + 4 * 9);
    STATIC_REQUIRE(sizeof(table) == 16 + 4 * 9 + 6 * 56 + 48 + 68 + 80);
    STATIC_REQUIRE(table.device(0) == table.offsets[7]);
    STATIC_REQUIRE(table.device(1) == table.offsets[8]);
    STATIC_REQUIRE(table.status(1) == table.device(1) + 24);
    constexpr auto raw = as_bytes(table);
    auto const entry = [&](std::uint32_t which) { return rpmsg::const_bytes{raw}.subspan(table.offsets[which]); };
    CHECK(rpmsg::load<wire::carveout_entry>(entry(0)).name.view() == "vdev0vring0");
    CHECK(rpmsg::load<wire::carveout_entry>(entry(5)).name.view() == "vdev1buffer");
    auto const found = rpmsg::load<wire::trace_entry>(entry(6));
    CHECK(found.type == 2);
    CHECK(found.device_address == 0x1003'f000);
    CHECK(found.name.view() == "trace0");
}

TEST_CASE("each device of a table is read back as its link describes it") {
    constexpr auto first = wire::read_resource_table(as_bytes(table));
    constexpr auto second = wire::read_resource_table(as_bytes(table), 1);
    STATIC_REQUIRE(first->vdev_offset == table.device(0));
    STATIC_REQUIRE(first->vrings[1].count == 16);
    STATIC_REQUIRE(second->vdev_offset == table.device(1));
    STATIC_REQUIRE(second->vrings[0].count == 8);
    STATIC_REQUIRE(second->vrings[1].count == 4);
    STATIC_REQUIRE(second->vrings[1].notify_id == 4);
    STATIC_REQUIRE(second->vdev.config_length == 11);
    STATIC_REQUIRE_FALSE(wire::read_resource_table(as_bytes(table), 2).has_value());
}

TEST_CASE("parts of a table share no memory, no id and no name") {
    STATIC_REQUIRE(broken_by([](auto&, auto&) {}) == link_rule::none);
    STATIC_REQUIRE(broken_by([](auto& link, auto&) { link.remote_base = 0x1004'7000; }) == link_rule::blocks_overlap);
    STATIC_REQUIRE(broken_by([](auto& link, auto&) { link.ring_notify_ids = {1, 4}; }) == link_rule::ids_of_another);
    STATIC_REQUIRE(broken_by([](auto& link, auto&) { link.ring_notify_ids = {0, 0}; }) == link_rule::none); // by the host
    STATIC_REQUIRE(broken_by([](auto& link, auto&) { link.carveouts[1] = control.carveouts[2]; }) ==
                   link_rule::names_of_another);
    STATIC_REQUIRE(broken_by([](auto&, auto& it) { it.length = 0x1001; }) == link_rule::trace_outside);
    STATIC_REQUIRE(broken_by([](auto&, auto& it) { it.length = 0; }) == link_rule::trace_outside);
    STATIC_REQUIRE(broken_by([](auto&, auto& it) { it.device_address = 0xffff'f001; }) == link_rule::trace_outside);
}

// Two links of OpenAMP whose status bytes lie in one table, before both.
namespace {
constexpr auto of_openamp(std::uint32_t base, std::array<std::uint32_t, 2> ids) -> shared_block {
    return {.rings = {.buffers = 4, .buffer_size = 64, .device_base = base, .dialect = dialects::openamp},
            .host_base = base,
            .remote_base = base,
            .size = 0x800,
            .vdev_notify_id = 0,
            .ring_notify_ids = ids};
}
constexpr auto left = of_openamp(0x1000, {0, 1});
constexpr auto right = of_openamp(0x1800, {2, 3});
constexpr auto both = rpmsg::resource_table_of<left, right>();

/// The link number `Which` of the table at 0x800.
template <shared_block Link, std::uint32_t Which>
constexpr auto places = [] {
    using layout = rpmsg::vring_layout<Link.rings>;
    auto const at = [](std::uint32_t offset) { return Link.host_base + offset; };
    return rpmsg::vendor_places{.region = 0x800,
                                .rings = {at(layout::parts(0).descriptors), at(layout::parts(1).descriptors)},
                                .window = at(layout::buffers),
                                .window_size = layout::buffer_bytes,
                                .driver_buffers = {at(layout::buffer(0, 0)), at(layout::buffer(1, 0))},
                                .status = 0x800 + both.status(Which),
                                .table = 0x800};
}();

constexpr std::uint32_t memory_size = 0x1800;
using region = rpmsg::testing::array_region<memory_size>;
using bell = rpmsg::doorbell_ref<rpmsg::testing::counting_bell>;

template <shared_block Link, std::uint32_t Which> constexpr auto passes_a_message(auto& memory) -> bool {
    using layout = rpmsg::fixed_layout<Link.rings, places<Link, Which>>;
    auto to_driver = rpmsg::testing::counting_bell{};
    auto to_device = rpmsg::testing::counting_bell{};
    auto driver = rpmsg::vring_driver<Link.rings, region, bell, layout>{region{memory}, bell{to_device}};
    auto device = rpmsg::vring_device<Link.rings, region, bell, layout>{region{memory}, bell{to_driver}};
    check(driver.start().has_value() and device.start().has_value());
    for (int i = 0; i < 4; ++i) {
        (void)driver.poll(0);
        (void)device.poll(0);
    }
    check(driver.is_up() and device.is_up());
    check(driver.commit(driver.reserve(), {.length = 3}) and device.commit(device.reserve(), {.length = 4}));
    check(device.receive().payload.size() == 3 and driver.receive().payload.size() == 4);
    return true;
}
constexpr auto both_links_work() -> bool {
    auto memory = rpmsg::testing::array_memory<memory_size>{};
    rpmsg::store(memory.content, both);
    check(passes_a_message<left, 0>(memory) and memory.content[both.status(0)] == std::byte{4});
    check(memory.content[both.status(1)] == std::byte{});
    check(passes_a_message<right, 1>(memory) and memory.content[both.status(1)] == std::byte{4});
    return true;
}
} // namespace

TEST_CASE("two links whose status bytes lie in one table work beside each other") {
    STATIC_REQUIRE(both_links_work());
    CHECK(both_links_work());
}
