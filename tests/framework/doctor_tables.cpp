// The doctor with tables of several devices, with entries that are cut off, and with notify ids and places that a host fills in.
#include <rpmsg/transport/vring/composed_table.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <catch2/catch_test_macros.hpp>

#include "patient.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {
using doctor::side;
using doctor::weight;
using namespace ward;

/// A table of a trace entry and RPMsg devices.
auto table_of(std::vector<std::array<std::uint32_t, 2>> const& rings) -> std::vector<std::byte> {
    auto const entries = 1 + rings.size();
    auto const head = 16 + 4 * entries;
    auto raw = std::vector<std::byte>(head + 48 + 68 * rings.size());
    auto const put = [&](std::size_t at, auto value) { rpmsg::store(rpmsg::bytes{raw}.subspan(at), value); };
    put(0, std::array{1u, static_cast<std::uint32_t>(entries)});
    put(16, static_cast<std::uint32_t>(head));
    put(head, 2u); // a trace entry
    for (std::size_t i = 0; i < rings.size(); ++i) {
        auto const at = head + 48 + 68 * i;
        put(20 + 4 * i, static_cast<std::uint32_t>(at));
        put(at, wire::vdev_entry{.notify_id = for_openamp.vdev_notify_id, .device_features = 1});
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            put(at + 28 + 20 * ring,
                wire::vring_entry{.device_address = rings[i][ring], .alignment = 64, .count = 8, .notify_id = ring});
        }
    }
    return raw;
}
auto own_rings() -> std::array<std::uint32_t, 2> {
    auto const at = rpmsg::place_block(for_openamp.rings);
    return {0x1000'0000 + at.rings[0].descriptors, 0x1000'0000 + at.rings[1].descriptors};
}
} // namespace

TEST_CASE("the device that is compared is the one with the rings of the shared block, wherever it is listed") {
    for (auto const& table :
         {table_of({own_rings(), {0x2000'0000, 0x2000'1000}}), table_of({{0x2000'0000, 0x2000'1000}, own_rings()})}) {
        auto const result = doctor::diagnose_table(for_openamp, table);
        CHECK(names(result, side::device, "resource_table.count", "has 2 RPMsg devices", weight::note));
        CHECK(result.is_healthy());
    }
}

TEST_CASE("what is wrong with another device of the table is reported as its own") {
    auto table = table_of({own_rings(), {0x2000'0000, own_rings()[1]}});
    auto const second = std::size_t{28 + 48 + 68};
    auto result = doctor::diagnose_table(for_openamp, table);
    CHECK(names(result, side::device, "device at 0x0090 vring 1 device_address", "where a ring of the device at 0x004c is"));
    CHECK(alone(result));
    table = table_of({own_rings(), {0x2000'0000, 0x2000'1000}});
    rpmsg::store(rpmsg::bytes{table}.subspan(second + 28 + 8), std::uint32_t{100});
    result = doctor::diagnose_table(for_openamp, table);
    CHECK(names(result, side::device, "device at 0x0090 vring 0", "has count 100"));
    CHECK(alone(result));
}

TEST_CASE("a device that is cut off at the end of its table is none, in words") {
    auto const table = table_of({own_rings()});
    for (auto const size : {table.size() - 1, table.size() - 40}) {
        auto const result = doctor::diagnose_table(for_openamp, rpmsg::const_bytes{table}.first(size));
        CHECK(result.refusal.starts_with("is truncated: its RPMsg device at 0x0048 ends behind its"));
    }
    auto const two = table_of({own_rings(), {0x2000'0000, 0x2000'1000}});
    CHECK(doctor::diagnose_table(for_openamp, rpmsg::const_bytes{two}.first(two.size() - 4)).is_healthy());
}

TEST_CASE("rings that Linux numbered anew are no fault, and what a host fills in later is not there yet") {
    auto block = healthy(for_bufsz);
    block.put(block.vring(0) + 12, std::uint32_t{4});
    block.put(block.vring(1) + 12, std::uint32_t{5});
    CHECK(names(check_up(block, for_bufsz), side::driver, "vring 0 notify_id", "the host numbered the rings", weight::note));
    CHECK(check_up(block, for_bufsz).is_healthy());

    auto link = for_openamp;
    link.vdev_notify_id = 0;
    link.ring_notify_ids = {0, 0};
    CHECK(broken_rule(link) == rpmsg::link_rule::none);
    auto filled = healthy(link);
    CHECK(check_up(filled, link).is_healthy());
    filled.put(filled.vring(1) + 12, std::uint32_t{1});
    CHECK(check_up(filled, link).is_healthy());

    auto waiting = patient{for_openamp};
    waiting.start_device();
    waiting.put(waiting.vring(0), std::uint32_t{0xffff'ffff});
    waiting.put(waiting.vring(1), std::uint32_t{0xffff'ffff});
    CHECK(names(check_up(waiting, for_openamp), side::driver, "vring 1 device_address", "not filled in", weight::note));
    CHECK(check_up(waiting, for_openamp).is_healthy());
}

TEST_CASE("rings of 128 buffers are called neither 1 nor 256") {
    for (auto link : {for_openamp, for_linux, for_lite, for_zephyr}) {
        auto other = link;
        other.size = link.size = 0x4'0000;
        other.rings.buffers = 128;
        auto const result = check_up(healthy(other), link);
        REQUIRE_FALSE(result.found.empty());
        auto const& found = result.found.front();
        CHECK(found.candidates == std::vector<std::string>{"buffers = 128"});
    }
}

TEST_CASE("a status byte that stands alone is checked as one of a table") {
    auto block = healthy(for_zephyr);
    block.put(0, std::uint8_t{0});
    CHECK(names(check_up(block, for_zephyr), side::driver, "status", "does not attach"));
    block.put(0, std::uint8_t{0x87});
    CHECK(names(check_up(block, for_zephyr), side::driver, "status", "failed"));
}

TEST_CASE("NuttX's lite driver writes its base and no state") {
    auto block = healthy(for_nuttx_lite);
    CHECK(check_up(block, for_nuttx_lite).found.empty());
    block.put(block.vdev(), std::uint32_t{0}); // it writes no type
    CHECK(check_up(block, for_nuttx_lite).found.empty());
    block.put(0, std::uint32_t{0x3000'0000});
    CHECK(names(check_up(block, for_nuttx_lite), side::driver, "boot.base"));
    CHECK(alone(check_up(block, for_nuttx_lite)));
}

TEST_CASE("a table that is made of two links and a trace is right for each of the links") {
    constexpr auto first = for_bufsz;
    constexpr auto second = [] {
        auto link = for_linux;
        link.remote_base = for_bufsz.remote_base + for_bufsz.size;
        link.rings.device_base = link.remote_base;
        link.ring_notify_ids = {3, 4};
        link.carveouts = {"vdev1vring0", "vdev1vring1", "vdev1buffer"};
        return link;
    }();
    constexpr auto trace = wire::trace_entry{.device_address = 0x8000'0000, .length = 0x1000, .name = "trace0"};
    constexpr auto made = rpmsg::resource_table_of<first, second, trace>();
    auto raw = std::vector<std::byte>(sizeof(made));
    rpmsg::store(raw, made);
    for (auto const& link : {first, second}) {
        auto const result = doctor::diagnose_table(link, raw);
        CHECK(result.is_healthy());
        CHECK(names(result, side::device, "resource_table.count", "has 2 RPMsg devices", weight::note));
    }
    raw[made.device(1) + 28 + 8] = std::byte{0}; // the count of ring 0
    auto const result = doctor::diagnose_table(second, raw);
    CHECK_FALSE(result.is_healthy());
}

TEST_CASE("a driver that posts buffers and writes nothing in the table uses a copy of it, or was reset") {
    for (auto const& link : {for_bufsz, for_openamp}) {
        auto block = healthy(link);
        block.put(block.vdev() + 16, std::uint32_t{0}); // driver_features
        block.put(block.vdev() + 24, std::uint8_t{0});
        auto const result = check_up(block, link);
        CHECK(names(result, side::driver, "vdev.status", "a copy of the table"));
        CHECK(names(result, side::driver, "vdev.status", "or was reset since"));
        CHECK(names(result, side::driver, "vdev.status", "i.MX95") == rpmsg::faces_linux(link.rings.dialect));
        CHECK(alone(result));
    }
}

TEST_CASE("a driver that wrote its features in the table has this one and no copy") {
    auto block = healthy(for_bufsz);
    block.put(block.vdev() + 24, std::uint8_t{0});
    auto const result = check_up(block, for_bufsz);
    CHECK(names(result, side::driver, "vdev.status", "although its rings are in use"));
    CHECK_FALSE(names(result, side::driver, "vdev.status", "copy"));
}

TEST_CASE("a driver that has posted nothing yet is not said to use a copy") {
    auto block = patient{for_bufsz};
    block.start_device();
    CHECK(names(check_up(block, for_bufsz), side::driver, "vdev.status", "has not said driver_ok", weight::note));
    CHECK(check_up(block, for_bufsz).is_healthy());
}
