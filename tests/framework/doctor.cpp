// The doctor of examples/tool/shared_block finds the field and the side of every fault that was put into a shared block.
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <catch2/catch_test_macros.hpp>

#include "patient.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {
namespace wire = rpmsg::wire;
namespace dialects = rpmsg::wire::dialects;
using doctor::diagnose;
using doctor::side;
using doctor::weight;
using namespace ward;

} // namespace

TEST_CASE("the shared blocks of the doctor's tests have no mistake") {
    STATIC_REQUIRE(broken_rule(ours) == rpmsg::link_rule::none);
    STATIC_REQUIRE(broken_rule(for_openamp) == rpmsg::link_rule::none);
    STATIC_REQUIRE(broken_rule(for_lite) == rpmsg::link_rule::none);
    STATIC_REQUIRE(broken_rule(for_linux) == rpmsg::link_rule::none);
    STATIC_REQUIRE(broken_rule(for_bufsz) == rpmsg::link_rule::none);
    STATIC_REQUIRE(broken_rule(for_nuttx) == rpmsg::link_rule::none);
    STATIC_REQUIRE(broken_rule(for_openvela) == rpmsg::link_rule::none);
}

TEST_CASE("a healthy link has no finding, at its start and after the indices wrapped") {
    for (auto const& link : every_link) {
        for (std::uint32_t const messages : {0u, 1u, 8u, 9u, 100u, 65535u, 65536u, 65540u}) {
            auto const result = check_up(healthy(link, messages), link);
            INFO(messages << " messages" << text_of(result));
            CHECK(result.is_healthy());
            CHECK(result.found.empty());
            REQUIRE(result.state.size() == 2);
            CHECK(result.state[0].ends_with("[DDDDDDDD]"));
            CHECK(result.state[1].ends_with("[........]"));
        }
    }
}

TEST_CASE("a link on which only one side has started is healthy and says who is missing") {
    for (auto const& link : {ours, for_openamp}) {
        auto block = patient{link};
        block.start_device();
        auto const result = check_up(block, link);
        CHECK(result.is_healthy());
        CHECK(names(result, side::driver, "ring 0 available.index", "not posted", weight::note));
    }
    auto alone = patient{ours};
    alone.start_driver();
    CHECK(check_up(alone, ours).is_healthy());
    CHECK(names(check_up(alone, ours), side::device, "device.magic", "has not started", weight::note));
}

TEST_CASE("messages on their way are reported and are no fault") {
    auto block = healthy(ours);
    block.to_device(3);
    block.to_driver(3);
    auto const result = check_up(block, ours);
    CHECK(result.is_healthy());
    CHECK(names(result, side::device, "ring 1 available.index", "1 messages", weight::note));
    CHECK(names(result, side::driver, "ring 0 used.index", "1 messages", weight::note));
    CHECK(result.state[0].ends_with("[DDD.DDDD]"));
    CHECK(result.state[1].ends_with("[...D....]"));
}

// Seeded faults: blocks that cannot belong to this link.

TEST_CASE("a truncated dump is refused") {
    auto const block = healthy(ours);
    for (auto const size : {std::size_t{0}, std::size_t{1}, std::size_t{200}, std::size_t{block.at().size - 1}}) {
        auto const result = diagnose(ours, rpmsg::const_bytes{block.memory()}.first(size));
        CHECK(result.refusal.starts_with("is truncated"));
        CHECK_FALSE(result.is_healthy());
    }
}

TEST_CASE("zeroes, ones and noise are refused, each in words of its own") {
    auto noise = std::vector<std::byte>(0x8000);
    auto next = std::mt19937{1};
    std::generate(noise.begin(), noise.end(), [&] { return static_cast<std::byte>(next()); });
    for (auto const& link : every_link) {
        CHECK(diagnose(link, std::vector<std::byte>(0x8000)).refusal.starts_with("holds only zeroes"));
        CHECK(diagnose(link, std::vector<std::byte>(0x8000, std::byte{0xff})).refusal.starts_with("holds only ones"));
        CHECK(diagnose(link, noise).refusal.starts_with("does not look like this link"));
    }
}

TEST_CASE("the block of a shared-memory object lies behind its label") {
    auto file = std::vector<std::byte>(4096 + 0x100);
    auto const put = [&](std::size_t at, auto value) { rpmsg::store(rpmsg::bytes{file}.subspan(at), value); };
    put(0, std::uint64_t{0x316d'6873'6773'7072});
    put(8, std::uint32_t{1});
    put(12, std::uint32_t{0x100});
    CHECK(doctor::locate_block(file).block.size() == 0x100);
    CHECK(doctor::locate_block(rpmsg::const_bytes{file}.first(4200)).refusal.starts_with("is truncated"));
    put(8, std::uint32_t{2});
    CHECK(doctor::locate_block(file).refusal.find("version 2") != std::string::npos);
    CHECK(doctor::locate_block({}).block.empty());
    put(8, std::uint32_t{1});
    put(12, std::uint32_t{0});
    CHECK(doctor::locate_block(rpmsg::const_bytes{file}.first(4096)).refusal.empty());
}

// Seeded faults: the control block.

TEST_CASE("a fingerprint that differs names the side and the field that it comes from") {
    struct seed {
        std::string field;
        rpmsg::vring_config rings;
    };
    auto const other = [](auto change) {
        auto rings = ours.rings;
        change(rings);
        return rings;
    };
    for (auto const& [field, rings] : {seed{"buffer_size = 1024", other([](auto& r) { r.buffer_size = 1024; })},
                                       seed{"buffers = 16", other([](auto& r) { r.buffers = 16; })},
                                       seed{"alignment = 4096", other([](auto& r) { r.alignment = 4096; })},
                                       seed{"event_index = true", other([](auto& r) { r.event_index = true; })},
                                       seed{"host_to_remote = 64", other([](auto& r) { r.host_to_remote = 64; })},
                                       seed{"device_base = 0x30000000", other([](auto& r) { r.device_base = 0x3000'0000; })}}) {
        auto block = healthy(ours);
        block.put(64 + 4, rings.fingerprint());
        CHECK(
            names(check_up(block, ours), side::device, "device.fingerprint", "looks as if the device was built with " + field));
        CHECK(alone(check_up(block, ours)));
        block = healthy(ours);
        block.put(4, rings.fingerprint());
        CHECK(names(check_up(block, ours), side::driver, "driver.fingerprint", field));
    }
}

TEST_CASE("directions exchanged in a fingerprint are reported") {
    constexpr auto uneven = [] {
        auto link = ours;
        link.rings.host_to_remote = 64;
        return link;
    }();
    auto exchanged = uneven.rings;
    exchanged.host_to_remote = 512;
    exchanged.remote_to_host = 64;
    auto block = healthy(uneven);
    block.put(64 + 4, exchanged.fingerprint());
    CHECK(names(check_up(block, uneven), side::device, "device.fingerprint", "host_to_remote and remote_to_host"));
}

TEST_CASE("a fingerprint of a wholly different configuration is reported as such") {
    auto block = healthy(ours);
    block.put(4, std::uint32_t{0x1234'5678});
    CHECK(names(check_up(block, ours), side::driver, "driver.fingerprint", "more than one field"));
}

TEST_CASE("a magic that is none names the side") {
    auto block = healthy(ours);
    block.put(64, std::uint32_t{0xdead'beef});
    CHECK(names(check_up(block, ours), side::device, "device.magic", "0xdeadbeef"));
}

TEST_CASE("a stale epoch names the side that did not follow") {
    auto block = healthy(ours);
    block.put(8, std::uint32_t{4}); // the driver opened a new epoch
    CHECK(names(check_up(block, ours), side::device, "device.quiet", "has not let go"));
    block.put(64 + 12, std::uint32_t{4}); // the device released it
    CHECK(names(check_up(block, ours), side::driver, "driver.ready", "stale epoch"));
    block.put(16, std::uint32_t{4});
    CHECK(check_up(block, ours).is_healthy());
    block.put(64 + 12, std::uint32_t{2});
    CHECK(names(check_up(block, ours), side::device, "device.quiet", "stale epoch"));
}

TEST_CASE("a boot that the driver has not seen is reported") {
    auto block = healthy(ours);
    block.put(64 + 8, std::uint32_t{5});
    CHECK(names(check_up(block, ours), side::driver, "driver.boot_seen", "has started 5 times"));
    CHECK(alone(check_up(block, ours)));
}

TEST_CASE("an epoch and a boot of 0 are reported") {
    auto block = healthy(ours);
    block.put(8, std::uint32_t{0});
    CHECK(names(check_up(block, ours), side::driver, "driver.epoch"));
    block = healthy(ours);
    block.put(64 + 8, std::uint32_t{0});
    CHECK(names(check_up(block, ours), side::device, "device.boot"));
}

// Seeded faults: the resource table.

TEST_CASE("each field of the resource table is compared and named") {
    struct seed {
        std::size_t offset;
        std::uint32_t value;
        std::string field;
    };
    for (auto const& [offset, value, field] :
         {seed{0, 2, "resource_table.version"}, seed{4, 0, "resource_table.count"}, seed{8, 1, "resource_table.reserved"},
          seed{16, 24, "resource_table.offset"}, seed{28, 9, "vdev.notify_id"}, seed{48, 0x1000'0000, "vring 0 device_address"},
          seed{52, 4096, "vring 0 alignment"}, seed{56, 16, "vring 0 count"}, seed{60, 9, "vring 0 notify_id"},
          seed{72, 16, "vring 1 alignment"}, seed{76, 3, "vring 1 count"}, seed{80, 0, "vring 1 notify_id"},
          seed{32, 0, "vdev.device_features"}, seed{32, 0x2000'0001, "vdev.device_features"}}) {
        auto block = healthy(for_openamp);
        block.put(offset, value);
        if (offset == patient::device_features) {
            block.put(patient::driver_features, value & 1);
        }
        auto const result = check_up(block, for_openamp);
        CHECK(names(result, side::device, field));
        CHECK(alone(result));
    }
}

TEST_CASE("a count of one ring in the table is named as that of its direction") {
    auto block = healthy(for_openamp);
    block.put(76, 4u);
    auto const result = check_up(block, for_openamp);
    CHECK(names(result, side::device, "vring", "host_to_remote_buffers = 4"));
    CHECK(names(result, side::device, "vring", "with count 8 and 4"));
    CHECK(alone(result));
}

TEST_CASE("rings of two counts are read each by its own, and a common count on one side is named") {
    auto link = for_openamp;
    link.rings.remote_to_host_buffers = 2;
    for (auto const messages : {0u, 3u, 9u, 300u}) {
        auto const block = healthy(link, messages);
        CHECK(check_up(block, link).found.empty());
    }
    auto const block = healthy(link);
    CHECK(names(check_up(block, for_openamp), side::driver, "remote_to_host_buffers", "remote_to_host_buffers = 2"));
}

TEST_CASE("rings that are exchanged in the table are reported as one mistake") {
    auto block = healthy(for_openamp);
    auto const first = block.get<std::uint32_t>(48);
    block.put(48, block.get<std::uint32_t>(68));
    block.put(68, first);
    CHECK(names(check_up(block, for_openamp), side::device, "vring.device_address", "exchanged"));
    CHECK(alone(check_up(block, for_openamp)));
}

namespace {
constexpr auto table_link = [] {
    auto link = for_linux;
    link.rings.device_base = link.host_base;
    return link;
}();
auto linux_table() -> std::vector<std::byte> {
    auto raw = std::vector<std::byte>(sizeof(wire::carveout_table));
    rpmsg::store(rpmsg::bytes{raw}, rpmsg::resource_table_of<table_link>());
    return raw;
}
} // namespace

TEST_CASE("the table of an image is compared alone, its carveouts too") {
    CHECK(doctor::diagnose_table(table_link, linux_table()).is_healthy());
    struct seed {
        std::size_t offset;
        std::uint32_t value;
        std::string field;
    };
    for (auto const& [offset, value, field] :
         {seed{0, 2, "resource_table.version"}, seed{32 + 4, 0x9000'0000, "carveout vdev0vring0 device_address"},
          seed{88 + 12, 4096, "carveout vdev0vring1 length"}, seed{144 + 12, 0x100, "carveout vdev0buffer length"},
          seed{200 + 8, 7, "vdev.notify_id"}, seed{228, 0x1000'1000, "vring 0 device_address"},
          seed{248 + 4, 64, "vring 1 alignment"}, seed{248 + 12, 5, "vring 1 notify_id"}}) {
        auto table = linux_table();
        rpmsg::store(rpmsg::bytes{table}.subspan(offset), value);
        auto const result = doctor::diagnose_table(table_link, table);
        CHECK(names(result, side::device, field));
        CHECK(alone(result));
    }
}

TEST_CASE("a carveout that is missing in the table must be in the device tree") {
    auto table = linux_table();
    rpmsg::store(rpmsg::bytes{table}.subspan(144 + 24), std::uint32_t{0x2121'2121});
    CHECK(names(doctor::diagnose_table(table_link, table), side::device, "carveout vdev0buffer", "device tree", weight::note));
}

TEST_CASE("what is no table is refused") {
    CHECK(doctor::diagnose_table(table_link, {}).refusal.starts_with("is truncated"));
    CHECK(doctor::diagnose_table(table_link, std::vector<std::byte>(300)).refusal.starts_with("is no resource table"));
    CHECK(doctor::diagnose_table(table_link, std::vector<std::byte>(300, std::byte{0xff}))
              .refusal.starts_with("is no resource table"));
}

TEST_CASE("a feature that the driver did not keep, or made up, is the driver's") {
    auto block = healthy(for_openamp);
    block.put(patient::driver_features, std::uint32_t{0});
    CHECK(names(check_up(block, for_openamp), side::driver, "vdev.driver_features", "name service"));
    block.put(patient::driver_features, std::uint32_t{0x2000'0001});
    CHECK(names(check_up(block, for_openamp), side::driver, "vdev.driver_features", "offers only"));
}

TEST_CASE("a status byte that says failed or asks for a reset is reported") {
    struct seed {
        std::uint8_t status;
        std::string text;
    };
    for (auto const& [status, text] :
         {seed{0x87, "failed"}, seed{0x44, "needs reset"}, seed{0, "does not attach"}, seed{0x24, "does not know"}}) {
        auto block = healthy(for_openamp);
        block.put(patient::status, status);
        CHECK(names(check_up(block, for_openamp), side::driver, "vdev.status", text));
        CHECK(alone(check_up(block, for_openamp)));
    }
}

TEST_CASE("a driver that is still on its way is no fault") {
    auto block = patient{for_openamp};
    block.start_device();
    CHECK(names(check_up(block, for_openamp), side::driver, "vdev.status", "has not said driver_ok", weight::note));
    block.put(48, std::uint32_t{0xffff'ffff});
    CHECK(names(check_up(block, for_openamp), side::driver, "vring 0 device_address", "not filled in", weight::note));
    CHECK(check_up(block, for_openamp).is_healthy());
}

TEST_CASE("a feature that the shared block does not have is named") {
    auto block = healthy(for_openamp);
    block.put(patient::device_features, std::uint32_t{0x2000'0001});
    CHECK(names(check_up(block, for_openamp), side::device, "vdev.device_features", "offers 0x20000000 (bit 29, event index)"));
    block.put(patient::device_features, std::uint32_t{0x11});
    CHECK(names(check_up(block, for_openamp), side::device, "vdev.device_features", "offers 0x0010, which"));
}

TEST_CASE("Linux's way up to driver_ok is no fault") {
    auto block = healthy(for_openamp);
    block.put(patient::status, std::uint8_t{7});
    CHECK(check_up(block, for_openamp).is_healthy());
}

// Seeded faults: the rings.

TEST_CASE("a used index ahead of what was published is the device's") {
    for (auto const& link : every_link) {
        auto block = healthy(link);
        block.put(block.used(0) + 2, std::uint16_t{14});
        CHECK(names(check_up(block, link), side::device, "ring 0 used.index", "3 ahead"));
    }
    auto lite = healthy(for_lite); // 8 were returned by the driver at the start
    lite.put(lite.used(1) + 2, std::uint16_t{12});
    CHECK(names(check_up(lite, for_lite), side::device, "ring 1 used.index", "9 ahead"));
}

TEST_CASE("an available index outside its window is the driver's") {
    auto block = healthy(for_linux);
    block.put(block.available(0) + 2, std::uint16_t{300});
    CHECK(names(check_up(block, for_linux), side::driver, "ring 0 available.index", "297 buffers with the device"));
}

TEST_CASE("a buffer returned twice is the device's") {
    for (auto const& link : {ours, for_linux}) {
        auto block = healthy(link);
        block.to_driver(3);
        block.give(0, 3);
        CHECK(names(check_up(block, link), side::device, "ring 0 used.id", "buffer 3 was returned twice"));
        block = healthy(link, 70'000);
        block.to_device(5);
        block.to_device(6);
        block.give(1, 5);
        block.give(1, 5);
        CHECK(names(check_up(block, link), side::device, "ring 1 used.id", "buffer 5 was returned twice"));
    }
}

TEST_CASE("a buffer given twice is the driver's") {
    for (std::uint32_t const messages : {3u, 70'000u}) {
        auto block = healthy(for_linux, messages);
        for (std::uint32_t i = 0; messages > 8 and i < 8; ++i) { // the ring does not contain the return of buffer 5 any more
            block.to_device(4);
            block.give(1, 4);
        }
        block.to_device(5);
        block.to_device(5);
        CHECK(names(check_up(block, for_linux), side::driver, "ring 1 available.id", "buffer 5 was given twice"));
    }
}

TEST_CASE("a buffer returned that was never given is the device's") {
    auto block = healthy(ours);
    block.to_device(3);
    block.give(1, 7);
    CHECK(names(check_up(block, ours), side::device, "ring 1 used.id", "buffer 7 was returned and never given"));
}

TEST_CASE("ids that no descriptor has are reported") {
    auto block = healthy(ours);
    block.give(0, 8);
    CHECK(names(check_up(block, ours), side::device, "ring 0 used.id", "buffer 8"));
    block = healthy(ours);
    block.offer(1, 8);
    CHECK(names(check_up(block, ours), side::driver, "ring 1 available.id", "buffer 8"));
    block = healthy(ours);
    block.offer(1, 0x100);
    CHECK(names(check_up(block, ours), side::driver, "ring 1 available.id", "buffer 256"));
}

TEST_CASE("a used length that the peer would take for the size of its buffer is reported") {
    auto block = healthy(for_openamp);
    block.to_device(3);
    block.give(1, 3, 20);
    CHECK(names(check_up(block, for_openamp), side::device, "ring 1 used.length", "20 bytes"));
    block = healthy(ours);
    block.give(0, 3, 513);
    CHECK(names(check_up(block, ours), side::device, "ring 0 used.length", "513 bytes"));
    block = healthy(ours);
    block.give(0, 3, 15);
    CHECK(names(check_up(block, ours), side::device, "ring 0 used.length", "15 bytes"));
    for (std::uint32_t const any : {0u, 20u, 512u}) { // no side reads it there
        block = healthy(for_linux);
        block.to_device(3);
        block.give(1, 3, any);
        CHECK(check_up(block, for_linux).is_healthy());
    }
}

TEST_CASE("a message that claims more than its buffer holds names its sender") {
    auto block = healthy(ours);
    block.to_device(3);
    block.write_message(1, 3, 497);
    CHECK(names(check_up(block, ours), side::driver, "ring 1 header.length", "497"));
    block.write_message(1, 3, 496);
    block.write_message(0, 3, 100);
    block.give(0, 3, 64);
    CHECK(names(check_up(block, ours), side::device, "ring 0 header.length", "100"));
}

// Seeded faults: the descriptors.

TEST_CASE("a descriptor's address outside the windows, or on the rings, is the driver's") {
    auto block = healthy(for_openamp);
    block.put(block.descriptor(0, 5), std::uint64_t{0x2000'0000});
    CHECK(names(check_up(block, for_openamp), side::driver, "ring 0 descriptor 5 address", "outside the buffers"));
    CHECK(alone(check_up(block, for_openamp)));
    block.put(block.descriptor(0, 5), for_openamp.rings.device_base + block.at().rings[1].used);
    CHECK(names(check_up(block, for_openamp), side::driver, "ring 0 descriptor 5 address", "on the rings"));
}

TEST_CASE("windows of the shared block are where buffers may lie") {
    auto link = for_openamp;
    link.windows[1] = {.start = 0x2000'0000, .size = 0x1000};
    link.windows[0] = {.start = link.rings.device_base + rpmsg::place_block(link.rings).ring_buffers[0], .size = 0x2000};
    auto block = healthy(for_openamp);
    block.put(block.descriptor(0, 5), std::uint64_t{0x2000'0000});
    CHECK(check_up(block, link).is_healthy());
    block.put(block.descriptor(0, 5), std::uint64_t{0x2000'1000});
    CHECK(names(check_up(block, link), side::driver, "ring 0 descriptor 5 address"));
}

TEST_CASE("addresses that all count from the other core's base are reported as that") {
    for (auto const& link : {for_openamp, for_lite, for_linux, for_bufsz}) {
        auto other = link;
        other.rings.device_base = link.host_base;
        auto const result = check_up(healthy(other), link);
        CHECK(names(result, side::driver, "device_base", "device_base = 0x30000000"));
    }
}

TEST_CASE("two descriptors that share memory are reported") {
    auto block = healthy(for_lite);
    block.put(block.descriptor(0, 5), block.get<std::uint64_t>(block.descriptor(0, 4)));
    CHECK(names(check_up(block, for_lite), side::driver, "ring 0 descriptor 5 address", "shares memory with descriptor 4"));
}

TEST_CASE("a descriptor of another length is the driver's, and its configuration when all have it") {
    auto block = healthy(for_openamp);
    block.put(block.descriptor(0, 2) + 8, std::uint32_t{8});
    CHECK(names(check_up(block, for_openamp), side::driver, "ring 0 descriptor 2 length", "is 8"));
    CHECK(alone(check_up(block, for_openamp)));
    for (auto const& link : {ours, for_openamp, for_lite}) {
        auto other = link;
        other.rings.buffer_size = 256;
        CHECK(names(check_up(healthy(other), link), side::driver, "buffer_size", "buffer_size = 256"));
    }
}

TEST_CASE("buffer sizes with the directions exchanged are reported") {
    auto link = for_openamp;
    link.rings.host_to_remote = 128;
    link.rings.remote_to_host = 256;
    auto other = link;
    std::swap(other.rings.host_to_remote, other.rings.remote_to_host);
    auto block = healthy(other);
    CHECK(names(check_up(block, link), side::driver, "host_to_remote and remote_to_host", "exchanged"));
}

TEST_CASE("a chained descriptor is the driver's") {
    auto block = healthy(for_openamp);
    block.put(block.descriptor(0, 4) + 12, std::uint16_t{3});
    CHECK(names(check_up(block, for_openamp), side::driver, "ring 0 descriptor 4 flags", "no chained"));
    CHECK(alone(check_up(block, for_openamp)));
}

TEST_CASE("a buffer for the device to write in that it may not write is the driver's") {
    for (auto const& link : every_link) {
        auto block = healthy(link);
        block.put(block.descriptor(0, 4) + 12, std::uint16_t{0});
        CHECK(names(check_up(block, link), side::driver, "ring 0 descriptor 4 flags", "may not write"));
    }
}

TEST_CASE("of many alike only the first four are reported") {
    auto const told = [](auto seed) {
        auto block = healthy(for_linux);
        for (std::uint32_t id = 1; id < 8; ++id) {
            seed(block, block.descriptor(0, id));
        }
        return check_up(block, for_linux).found.size();
    };
    CHECK(told([](auto& block, std::size_t at) { block.put(at, std::uint64_t{0x2000'0000} + 32 * at); }) == 4);
    CHECK(told([](auto& block, std::size_t at) { block.put(at + 8, std::uint32_t{8}); }) == 4);
    CHECK(told([](auto& block, std::size_t at) { block.put(at + 12, std::uint16_t{1}); }) == 4);
}

// Seeded faults: different configurations, in dialects without a fingerprint.

TEST_CASE("a driver with another count is recognised by the place of its rings") {
    for (auto const& link : {for_openamp, for_lite, for_linux, for_bufsz, for_nuttx, for_openvela}) {
        for (std::uint16_t const buffers : {std::uint16_t{4}, std::uint16_t{16}}) {
            auto other = link;
            other.rings.buffers = buffers;
            auto const result = check_up(healthy(other), link);
            auto const field = link.rings.dialect.has_boot_block() ? "vring" : "buffers"; // its own table says so
            CHECK(
                names(result, side::driver, field, doctor::words("looks as if the driver was built with buffers = ", buffers)));
        }
    }
}

TEST_CASE("a driver with another alignment is recognised by the place of its rings") {
    for (auto const& link : {for_openamp, for_lite}) {
        auto other = link;
        other.rings.alignment = 16;
        CHECK(names(check_up(healthy(other), link), side::driver, "alignment", "alignment = 16"));
    }
}

TEST_CASE("a driver of another dialect is recognised by the place of its rings") {
    auto other = for_lite;
    other.rings.dialect = dialects::rpmsg;
    CHECK(names(check_up(healthy(other), for_lite), side::driver, "dialect", "dialect = rpmsg"));
}

TEST_CASE("a used ring in another place is the device's") {
    auto link = for_lite;
    link.rings.alignment = 4; // with this alignment the used_event word moves the used ring
    auto block = healthy(link, 0);
    auto const where = block.at().rings[0].used + 4;
    block.write_message(0, 0);
    block.put(where, std::uint32_t{0x0001'0000});
    block.put(where + 4, wire::used_entry{0, 512});
    auto const result = check_up(block, link);
    CHECK(names(result, side::device, "ring 0 used ring", "or dialect = linux_virtio"));

    auto moved = healthy(for_openamp, 0);
    auto strange = for_openamp.rings;
    strange.alignment = 128;
    auto const there = rpmsg::place_block(strange).rings[0].used;
    REQUIRE(there != moved.at().rings[0].used);
    moved.put(there, std::uint32_t{0x0002'0000});
    moved.put(there + 4, wire::used_entry{0, 512});
    moved.put(there + 12, wire::used_entry{1, 512});
    CHECK(names(check_up(moved, for_openamp), side::device, "ring 0 used ring", "alignment = 128"));
}

TEST_CASE("a driver with the two directions exchanged is reported") {
    auto block = patient{for_linux};
    for (std::uint16_t id = 0; id < block.count(1); ++id) {
        block.describe(1, id, 512, 2);
        block.offer(1, id);
    }
    block.describe(0, 0, 36, 0);
    block.offer(0, 0);
    CHECK(names(check_up(block, for_linux), side::driver, "direction", "exchanged"));

    auto lite = patient{for_lite};
    for (std::uint16_t id = 0; id < lite.count(1); ++id) {
        lite.describe(0, id, 512, 2);
        lite.describe(1, id, 512, 2);
        lite.offer(1, id);
        lite.give(0, id);
    }
    CHECK(names(check_up(lite, for_lite), side::driver, "direction", "exchanged"));
}

// Seeded faults: messages that make no progress.

TEST_CASE("a device that returns nothing is reported") {
    for (auto const& link : every_link) {
        auto block = healthy(link);
        for (std::uint16_t id = 0; id < 8; ++id) {
            block.to_device(static_cast<std::uint16_t>((id + 3) % 8));
        }
        auto const result = check_up(block, link);
        CHECK(names(result, side::device, "ring 1 used.index", "never returned", weight::stuck));
        CHECK(alone(result));
        CHECK(result.state[1].ends_with("[DDDDDDDD]"));
    }
}

TEST_CASE("a driver that posts nothing again is reported") {
    auto block = healthy(ours);
    for (std::uint16_t id = 0; id < 8; ++id) {
        block.to_driver(static_cast<std::uint16_t>((id + 3) % 8));
    }
    CHECK(names(check_up(block, ours), side::driver, "ring 0 available.index", "cannot send", weight::stuck));
}

TEST_CASE("one buffer that later ones overtook is held or lost") {
    auto block = healthy(for_linux);
    block.to_device(3);
    for (int i = 0; i < 3; ++i) {
        block.to_device(4);
        block.give(1, 4);
    }
    auto const result = check_up(block, for_linux);
    CHECK(names(result, side::device, "ring 1 used.id", "buffer 3 was never returned, 3 later ones were", weight::note));
    CHECK(result.state[1].ends_with("[...!....]"));
}

TEST_CASE("a buffer that was held for so long that no ring shows it is not taken for another") {
    for (auto const& link : {ours, for_lite}) {
        auto block = healthy(link, 100);
        block.to_device(4);
        for (std::uint32_t i = 0; i < 70; ++i) {
            auto const id = static_cast<std::uint16_t>(i % 8 == 4 ? 5 : i % 8);
            block.to_device(id);
            block.give(1, id);
        }
        auto const result = check_up(block, link);
        CHECK_FALSE(names(result, side::device, "ring 1 used.id", {}, weight::note));
        CHECK(names(result, side::device, "ring 1 available.index", "1 messages", weight::note));
        REQUIRE(result.state[1].ends_with("]"));
        CHECK(result.state[1].at(result.state[1].size() - 5) == '?');
    }
}

TEST_CASE("a full ring is with the device wholly, in whatever order it came there") {
    auto block = healthy(for_linux, 100);
    for (auto const id : {3, 1, 0, 2, 7, 6, 5, 4}) {
        block.to_device(static_cast<std::uint16_t>(id));
    }
    CHECK(check_up(block, for_linux).state[1].ends_with("[DDDDDDDD]"));
}

TEST_CASE("buffers that came back in the reverse order are not taken for held ones") {
    for (std::uint32_t const kept : {0u, 1u, 2u}) {
        auto block = healthy(for_linux, 100);
        for (std::uint16_t id = 0; id < 8; ++id) {
            block.to_device(id);
        }
        for (std::uint32_t id = 8; id-- > kept;) {
            block.give(1, id);
        }
        auto const result = check_up(block, for_linux);
        CHECK_FALSE(names(result, side::device, "ring 1 used.id", {}, weight::note));
        CHECK(result.is_healthy());
        CHECK(result.state[1].find(doctor::words("; ", kept, " of 8")) != std::string::npos);
        CHECK((kept != 0 or result.state[1].ends_with("[........]")));
    }
}

TEST_CASE("nothing is wrong with buffers that come and go in any order") {
    auto next = std::mt19937{2};
    auto const take_any = [&](std::vector<std::uint16_t>& from) {
        std::swap(from[next() % from.size()], from.back());
        auto const id = from.back();
        from.pop_back();
        return id;
    };
    auto sure = 0;
    auto unsure = 0;
    for (auto const& link : every_link) {
        auto block = healthy(link, 65'530);
        auto with_driver = std::array<std::vector<std::uint16_t>, 2>{{{}, {0, 1, 2, 3, 4, 5, 6, 7}}};
        auto with_device = std::array<std::vector<std::uint16_t>, 2>{{{0, 1, 2, 3, 4, 5, 6, 7}, {}}};
        for (int i = 0; i < 3000; ++i) {
            auto const ring = static_cast<std::uint32_t>(next() % 2);
            if (next() % 2 == 0 and not with_driver[ring].empty()) {
                auto const id = take_any(with_driver[ring]);
                block.offer(ring, id);
                with_device[ring].push_back(id);
            } else if (not with_device[ring].empty()) {
                auto const id = take_any(with_device[ring]);
                block.write_message(ring, id);
                block.give(ring, id);
                with_driver[ring].push_back(id);
            }
            auto const result = i % 8 == 0 ? check_up(block, link) : doctor::diagnosis{};
            INFO(text_of(result));
            REQUIRE(
                std::none_of(result.found.begin(), result.found.end(), [](auto const& f) { return f.how == weight::wrong; }));
            auto const reading = doctor::read_ring(doctor::memory{block.memory()}, block.at().rings[ring], 8,
                                                   link.rings.dialect.used_event_word);
            auto const& there = with_device[ring];
            auto const prefilled = link.rings.dialect.prefilled and ring == 1;
            auto const history = doctor::ring_history{reading, static_cast<std::int32_t>(there.size()), prefilled ? 8 : 0};
            for (auto const& buffer : doctor::find_lent(reading, history).likely) {
                REQUIRE((not buffer.is_sure or std::find(there.begin(), there.end(), buffer.id) != there.end()));
                ++(buffer.is_sure ? sure : unsure);
            }
        }
    }
    CHECK(sure > 1000);
    CHECK(unsure > 1000);
}

TEST_CASE("a doorbell that is suppressed for ever while messages wait is reported") {
    auto block = healthy(for_openamp);
    block.put(block.used(1), std::uint16_t{1});
    CHECK(names(check_up(block, for_openamp), side::device, "ring 1 used.flags", "suppresses", weight::note));
    block.to_device(3);
    CHECK(names(check_up(block, for_openamp), side::device, "ring 1 used.flags", "1 wait", weight::stuck));
    block = healthy(for_openamp);
    block.put(block.available(0), std::uint16_t{1});
    block.to_driver(3);
    CHECK(names(check_up(block, for_openamp), side::driver, "ring 0 available.flags", "1 wait", weight::stuck));
}

TEST_CASE("a master that does not suppress doorbells from its start is none of rpmsg-lite") {
    auto block = healthy(for_lite);
    block.put(block.available(0), std::uint16_t{0});
    CHECK(names(check_up(block, for_lite), side::driver, "ring 0 available.flags", "rpmsg-lite's master", weight::note));
    CHECK(check_up(block, for_lite).is_healthy());
    auto waiting = patient{for_lite};
    waiting.put(waiting.buffer(0, 0), std::uint32_t{1}); // the memory contains data, and no ring
    CHECK_FALSE(names(check_up(waiting, for_lite), side::driver, "ring 0 available.flags", {}, weight::note));
}

TEST_CASE("the state of a ring is a line") {
    auto block = healthy(ours);
    block.to_device(3);
    auto const result = check_up(block, ours);
    CHECK(result.state[0] ==
          "ring 0 (device to driver): available.index 11, used.index 3; 8 of 8 buffers with the device  [DDDDDDDD]");
    CHECK(result.state[1] ==
          "ring 1 (driver to device): available.index 4, used.index 3; 1 of 8 buffers with the device  [...D....]");
}

TEST_CASE("flags that do not exist are reported") {
    auto block = healthy(for_linux);
    block.put(block.used(0), std::uint16_t{2});
    CHECK(names(check_up(block, for_linux), side::device, "ring 0 used.flags", "0x0002"));
    block = healthy(for_linux);
    block.put(block.available(1), std::uint16_t{0x8001});
    CHECK(names(check_up(block, for_linux), side::driver, "ring 1 available.flags", "0x8001"));
}

TEST_CASE("an event index that no doorbell will reach is reported") {
    auto link = ours;
    link.rings.event_index = true;
    auto block = healthy(link, 100);
    auto const events = block.used(1) + 4 + 8 * 8;
    block.put(events, std::uint16_t{100});
    block.put(block.available(0) + 4 + 2 * 8, std::uint16_t{100});
    CHECK(check_up(block, link).found.empty());
    block.put(events, std::uint16_t{50});
    block.to_device(4);
    CHECK(names(check_up(block, link), side::device, "ring 1 used.available_event", "none will ring", weight::stuck));
}

TEST_CASE("received buffers that wait for their batch are not reported as waiting") {
    auto link = ours;
    link.rings.batch = 4;
    auto block = healthy(link);
    block.to_driver(3);
    block.to_device(3);
    CHECK(check_up(block, link).found.empty());
}

// Several snapshots of a running link.

TEST_CASE("what is wrong in one look only was in motion") {
    auto block = healthy(ours);
    auto const good = block.memory();
    block.put(block.used(0) + 2, std::uint16_t{14});
    auto const torn = block.memory();
    CHECK(diagnose(ours, std::vector{torn, good}).found.empty());
    CHECK(diagnose(ours, std::vector{good, torn}).found.empty());
    CHECK(names(diagnose(ours, std::vector{torn, torn}), side::device, "ring 0 used.index"));
    block = healthy(ours);
    block.give(1, 9);
    CHECK(diagnose(ours, std::vector{block.memory(), torn}).found.empty());
}

TEST_CASE("a full ring that moves is not stuck") {
    auto block = healthy(ours);
    auto const fill = [&] {
        for (std::uint16_t id = 0; id < 8; ++id) {
            block.to_driver(static_cast<std::uint16_t>((id + 3) % 8));
        }
    };
    fill();
    auto const before = block.memory();
    CHECK(names(diagnose(ours, std::vector{before, before}), side::driver, "ring 0 available.index", {}, weight::stuck));
    for (std::uint16_t id = 0; id < 8; ++id) {
        block.offer(0, static_cast<std::uint16_t>((id + 3) % 8));
    }
    fill();
    CHECK(diagnose(ours, std::vector{before, block.memory()}).is_healthy());
}

TEST_CASE("messages that nobody takes between two looks are stuck") {
    auto block = healthy(ours);
    block.to_device(3);
    block.to_driver(3);
    auto const before = block.memory();
    CHECK(names(diagnose(ours, std::vector{before, before}), side::device, "ring 1 available.index", "nothing moved",
                weight::stuck));
    CHECK(
        names(diagnose(ours, std::vector{before, before}), side::driver, "ring 0 used.index", "nothing moved", weight::stuck));
    block.give(1, 3);
    block.to_device(4);
    CHECK_FALSE(
        names(diagnose(ours, std::vector{before, block.memory()}), side::device, "ring 1 available.index", {}, weight::stuck));
}
