// The doctor with blocks of NuttX, openvela and Linux with buffer sizes, which have boot words, a table that the driver fills,
// carveouts, or a config space before their rings.
#include <rpmsg/transport/vring/shared_block_plan.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"
#include "patient.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {
using doctor::side;
using doctor::weight;
using namespace ward;
namespace boot_state = wire::boot_state;

// Reference blocks: their content before a link is up and while it is.

using lines = std::span<golden::line const>;

class image {
    std::vector<std::byte> memory_;

  public:
    explicit image(std::uint32_t size) : memory_(size) {}
    auto with(lines written) -> image& {
        for (auto const& each : written) {
            golden::write(memory_, each);
        }
        return *this;
    }
    /// The block has no fault; only these fields have `notes`.
    auto expect_well(rpmsg::shared_block const& link, std::vector<std::string> const& notes) const -> void {
        auto const result = doctor::diagnose(link, memory_);
        INFO(text_of(result));
        CHECK(result.is_healthy());
        CHECK(result.state.size() == 2);
        REQUIRE(result.found.size() == notes.size());
        for (auto const& field : notes) {
            CHECK(std::any_of(result.found.begin(), result.found.end(), [&](auto const& f) { return f.field == field; }));
        }
    }
};

namespace openvela {
// Openvela: the boot block at 0, the table at 0x18 with its device at 0x60 and the config space at 0xa4, ring 0 at
// 0xe8, ring 1 at 0x1c8, 8 buffers of 2048 bytes from 0x2a8 and from 0x42a8.
constexpr auto link = rpmsg::shared_block{
    .rings = {.buffers = 8, .buffer_size = 2048, .alignment = 8, .device_base = 0x1000'0000, .dialect = dialects::openvela},
    .host_base = 0x1000'0000,
    .size = 0x82a8};
constexpr golden::line table[] = {
    {0x000, "00 00 00 10 00 00 00 00"},                                     // base
    {0x018, "01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00"},             // version, entries, command words
    {0x028, "48 00 00 00"},                                                 // offset of the device
    {0x060, "03 00 00 00 07 00 00 00 04 00 00 00 07 00 00 00"},             // type, id, notify id, offered features
    {0x070, "00 00 00 00 40 00 00 00 00 02 00 00"},                         // kept features, config length, status, rings
    {0x07c, "e8 00 00 00 08 00 00 00 08 00 00 00 05 00 00 00 00 00 00 00"}, // ring 0
    {0x090, "c8 01 00 00 08 00 00 00 08 00 00 00 06 00 00 00 00 00 00 00"}, // ring 1
    {0x0a4, "00 08 00 00 00 08 00 00"},                                     // buffer sizes
};
constexpr golden::line device_boots[] = {{0x010, "01 00 00 00"}};
constexpr golden::line driver_boots[] = {{0x014, "01 00 00 00"}};
constexpr golden::line both_run[] = {
    {0x010, "02 00 00 00 02 00 00 00"},
    {0x070, "07 00 00 00"}, // kept features
    {0x078, "04"},          // status
    {0x0e8, "a8 02 00 10 00 00 00 00 00 08 00 00 02 00 01 00"},
    {0x0f8, "a8 0a 00 10 00 00 00 00 00 08 00 00 02 00 02 00"},
    {0x108, "a8 12 00 10 00 00 00 00 00 08 00 00 02 00 03 00"},
    {0x118, "a8 1a 00 10 00 00 00 00 00 08 00 00 02 00 04 00"},
    {0x128, "a8 22 00 10 00 00 00 00 00 08 00 00 02 00 05 00"},
    {0x138, "a8 2a 00 10 00 00 00 00 00 08 00 00 02 00 06 00"},
    {0x148, "a8 32 00 10 00 00 00 00 00 08 00 00 02 00 07 00"},
    {0x158, "a8 3a 00 10 00 00 00 00 00 08 00 00 02 00 00 80"},
    {0x168, "00 00 08 00  00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00"},
    {0x248, "01 00 00 00"}, // ring 1: no doorbells for buffers that come back
};
/// An announcement, its acknowledgement and a message each way, all returned.
constexpr golden::line talk[] = {
    {0x008, "02 00 00 00 03 00 00 00"}, // doorbells of the device and of the driver
    {0x168, "00 00 0a 00  00 00 01 00"},
    {0x180, "01 00 02 00  00 00 00 00 38 00 00 00  01 00 00 00 15 00 00 00"},
    {0x1c8, "a8 42 00 10 00 00 00 00 00 08 00 00 00 00 01 00"}, // the driver describes a buffer when it uses it
    {0x1d8, "a8 4a 00 10 00 00 00 00 00 08 00 00 00 00 02 00"},
    {0x248, "01 00 02 00  00 00 01 00"},
    {0x260, "00 00 02 00  00 00 00 00 00 08 00 00  01 00 00 00 00 08 00 00"}, // whole buffers
    {0x2a8, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
    {0xaa8, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
    {0x42a8, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
    {0x4aa8, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
};
} // namespace openvela

namespace nuttx {
// The same head (NuttX, arch/sim/src/sim/sim_rptun.c), 4 buffers of 1536 bytes to the driver and of 512 to the device, rings at
// multiples of 16: ring 0 at 0xf0, ring 1 at 0x170, buffers from 0x1f0 and from 0x19f0. The driver's addresses have more than
// 32 bits.
constexpr auto link = rpmsg::shared_block{.rings = {.buffers = 4,
                                                    .host_to_remote = 512,
                                                    .remote_to_host = 1536,
                                                    .alignment = 16,
                                                    .device_base = 0x7f12'3456'7000,
                                                    .dialect = dialects::nuttx},
                                          .host_base = 0x7f12'3456'7000,
                                          .remote_base = 0x2000'0000,
                                          .size = 0x21f0};
constexpr golden::line table[] = {
    {0x000, "00 70 56 34 12 7f 00 00"},
    {0x018, "01 00 00 00 02 00 00 00 00 00 00 00 00 00 00 00"}, // a trace entry comes first
    {0x028, "18 00 00 00 48 00 00 00"},
    {0x030, "02 00 00 00 00 80 00 20 00 10 00 00 00 00 00 00  'log'"},
    {0x060, "03 00 00 00 07 00 00 00 04 00 00 00 0f 00 00 00"},
    {0x070, "00 00 00 00 40 00 00 00 00 02 00 00"},
    {0x07c, "f0 00 00 20 10 00 00 00 04 00 00 00 05 00 00 00 00 00 00 00"}, // address of the rings for the remote
    {0x090, "70 01 00 20 10 00 00 00 04 00 00 00 06 00 00 00 00 00 00 00"},
    {0x0a4, "00 02 00 00 00 06 00 00"},
    {0x0bc, "'server' 00 00 'proxy' 00 00 00"}, // names of the two CPUs
};
constexpr golden::line both_run[] = {
    {0x010, "02 00 00 00 02 00 00 00"},
    {0x070, "0f 00 00 00"},
    {0x078, "04"},
    {0x0f0, "f0 71 56 34 12 7f 00 00 00 06 00 00 02 00 01 00"},
    {0x100, "f0 77 56 34 12 7f 00 00 00 06 00 00 02 00 02 00"},
    {0x110, "f0 7d 56 34 12 7f 00 00 00 06 00 00 02 00 03 00"},
    {0x120, "f0 83 56 34 12 7f 00 00 00 06 00 00 02 00 00 80"},
    {0x130, "00 00 04 00  00 00 01 00 02 00 03 00"},
    {0x1b0, "01 00 00 00"},
};
constexpr golden::line talk[] = {
    {0x130, "00 00 05 00  00 00"},
    {0x140, "01 00 01 00  00 00 00 00 00 06 00 00"},
    {0x170, "f0 89 56 34 12 7f 00 00 00 02 00 00 00 00 01 00"},
    {0x1b0, "01 00 01 00  00 00"},
    {0x1c0, "00 00 01 00  00 00 00 00 00 02 00 00"},
    {0x1f0, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
    {0x19f0, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
};
} // namespace nuttx

namespace bufsz {
// The table with its carveouts at 0, the device at 0xc8 and the config space at 0x10c; rings on pages of their own, ring 0
// at 0x1000, ring 1 at 0x3000, 4 buffers of 1024 bytes to the kernel from 0x5000, 4 of 256 from it from 0x6000.
constexpr auto link = rpmsg::shared_block{.rings = {.buffers = 4,
                                                    .host_to_remote = 256,
                                                    .remote_to_host = 1024,
                                                    .alignment = 4096,
                                                    .device_base = 0x1004'0000,
                                                    .dialect = dialects::linux_bufsz},
                                          .host_base = 0x1004'0000,
                                          .remote_base = 0x1004'0000,
                                          .size = 0x7000};
constexpr golden::line table[] = {
    {0x000, "01 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00"},
    {0x010, "20 00 00 00 58 00 00 00 90 00 00 00 c8 00 00 00"},
    {0x020, "00 00 00 00 00 10 04 10 ff ff ff ff 00 20 00 00 00 00 00 00 00 00 00 00 'vdev0vring0'"}, // type, da, pa, length
    {0x058, "00 00 00 00 00 30 04 10 ff ff ff ff 00 20 00 00 00 00 00 00 00 00 00 00 'vdev0vring1'"},
    {0x090, "00 00 00 00 00 50 04 10 ff ff ff ff 00 20 00 00 00 00 00 00 00 00 00 00 'vdev0buffer'"},
    {0x0c8, "03 00 00 00 07 00 00 00 02 00 00 00 03 00 00 00"},
    {0x0d8, "00 00 00 00 0b 00 00 00 00 02 00 00"},
    {0x0e4, "00 10 04 10 00 10 00 00 04 00 00 00 00 00 00 00 00 00 00 00"},
    {0x0f8, "00 30 04 10 00 10 00 00 04 00 00 00 01 00 00 00 00 00 00 00"},
    {0x10c, "01  0b 00  00 04 00 00  00 01 00 00"}, // version, bytes, sizes to and from the kernel
};
constexpr golden::line linux_runs[] = {
    {0x0d8, "03 00 00 00"},
    {0x0e0, "07"},
    {0x1000, "00 50 04 10 00 00 00 00 00 04 00 00 02 00 01 00"},
    {0x1010, "00 54 04 10 00 00 00 00 00 04 00 00 02 00 02 00"},
    {0x1020, "00 58 04 10 00 00 00 00 00 04 00 00 02 00 03 00"},
    {0x1030, "00 5c 04 10 00 00 00 00 00 04 00 00 02 00 00 00"},
    {0x1040, "00 00 04 00  00 00 01 00 02 00 03 00"},
    {0x3040, "01 00 00 00"},
};
constexpr golden::line talk[] = {
    {0x2000, "01 00 02 00  00 00 00 00 38 00 00 00  01 00 00 00 15 00 00 00"},
    {0x1040, "00 00 06 00  00 00 01 00"},
    {0x3000, "00 60 04 10 00 00 00 00 15 00 00 00 00 00 01 00"}, // as long as the message
    {0x3040, "01 00 01 00  00 00"},
    {0x4000, "00 00 01 00  00 00 00 00 15 00 00 00"},
    {0x5000, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'rpmsg-raw'"},
    {0x5400, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
    {0x6000, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
};
} // namespace bufsz

/// Changes a word of a healthy link; the doctor must report this field and side.
struct seed {
    std::size_t offset;
    std::uint32_t value;
    side whose;
    std::string field;
    std::string text{};
};
auto check_seeds(rpmsg::shared_block const& link, std::vector<seed> const& seeds) -> void {
    for (auto const& [offset, value, whose, field, text] : seeds) {
        auto block = healthy(link);
        block.put(offset, value);
        auto const result = check_up(block, link);
        INFO(offset);
        CHECK(names(result, whose, field, text));
        CHECK(alone(result));
    }
}
auto const boot_links = std::array{for_nuttx, for_openvela};
} // namespace

TEST_CASE("the doctor finds nothing wrong in a golden block of openvela, before it runs and while it does") {
    namespace its = openvela;
    STATIC_REQUIRE(broken_rule(its::link) == rpmsg::link_rule::none);
    auto waiting = image{its::link.size}.with(its::device_boots);
    waiting.expect_well(its::link, {"boot.driver_state", "ring 0 available.index"});
    auto block = image{its::link.size}.with(its::table).with(its::driver_boots);
    block.expect_well(its::link, {"boot.device_state", "vdev.status", "ring 0 available.index"});
    block.with(its::both_run).expect_well(its::link, {});
    block.with(its::talk).expect_well(its::link, {});
}

TEST_CASE("the doctor finds nothing wrong in a golden block of NuttX, before it runs and while it does") {
    namespace its = nuttx;
    STATIC_REQUIRE(broken_rule(its::link) == rpmsg::link_rule::none);
    auto block = image{its::link.size}.with(its::table).with(openvela::driver_boots);
    block.expect_well(its::link, {"boot.device_state", "vdev.status", "ring 0 available.index"});
    block.with(openvela::device_boots);
    block.expect_well(its::link, {"boot.driver_state", "vdev.status", "ring 0 available.index"});
    block.with(its::both_run).expect_well(its::link, {});
    block.with(its::talk).expect_well(its::link, {});
}

TEST_CASE("the doctor finds nothing wrong in a golden block of Linux with buffer sizes, before it runs and while it does") {
    namespace its = bufsz;
    STATIC_REQUIRE(broken_rule(its::link) == rpmsg::link_rule::none);
    auto block = image{its::link.size}.with(its::table);
    block.expect_well(its::link, {"vdev.status", "ring 0 available.index"});
    block.with(its::linux_runs).expect_well(its::link, {});
    block.with(its::talk).expect_well(its::link, {});
}

// Seeded faults: the boot block.

TEST_CASE(
    "a base that is not the shared block's is the driver's, and the rest is measured by the one that its descriptors have") {
    for (auto const& link : boot_links) {
        auto other = link;
        other.rings.device_base = link.host_base;
        for (auto const messages : {0u, 5u, 100u}) {
            auto const result = check_up(healthy(other, messages), link);
            CHECK(names(result, side::driver, "boot.base", "is 0x30000000, the shared block says 0x10000000"));
            CHECK(alone(result));
        }
        check_seeds(link, {{0, 0x2000'0000, side::driver, "boot.base", "is 0x20000000"},
                           {0, 0, side::driver, "boot.base", "is 0x0000"},
                           {4, 1, side::driver, "boot.base", "is 0x0000000110000000"}});
    }
}

TEST_CASE("a state that asks for a reset, was never written or does not exist names its side") {
    for (auto const& link : boot_links) {
        check_seeds(link, {{16, boot_state::needs_reset, side::device, "boot.device_state", "the driver asks"},
                           {20, boot_state::needs_reset, side::driver, "boot.driver_state", "the device asks"},
                           {16, boot_state::none, side::device, "boot.device_state", "was never written"},
                           {20, boot_state::none, side::driver, "boot.driver_state", "was never written"},
                           {16, 3, side::device, "boot.device_state", "known are"},
                           {20, 0xffff'ffff, side::driver, "boot.driver_state", "0xffffffff"}});
    }
}

TEST_CASE("a side that restarts is no fault") {
    for (auto const& link : boot_links) {
        auto block = healthy(link, 20);
        block.put(patient::device_state, boot_state::boots);
        block.put(patient::driver_state, boot_state::boots);
        block.put(block.vdev() + 24, std::uint8_t{0});
        auto const result = check_up(block, link);
        CHECK(result.is_healthy());
        CHECK(names(result, side::driver, "boot.driver_state", "may run", weight::note));
        CHECK(names(result, side::driver, "vdev.status", "has not said driver_ok", weight::note));
        block.put(patient::driver_state, boot_state::runs);
        CHECK(names(check_up(block, link), side::driver, "vdev.status", "does not attach"));
    }
}

TEST_CASE("a side that may go on between two looks and does not is stuck") {
    struct step {
        std::uint32_t driver;
        std::uint32_t device;
        side whose;
        std::string field;
    };
    for (auto const& [driver, device, whose, field] :
         {step{boot_state::boots, boot_state::boots, side::driver, "boot.driver_state"},
          step{boot_state::runs, boot_state::boots, side::device, "boot.device_state"},
          step{boot_state::boots, boot_state::runs, side::device, "boot.device_state"}}) {
        auto block = healthy(for_nuttx);
        block.put(patient::driver_state, driver);
        block.put(patient::device_state, device);
        block.put(block.vdev() + 24, static_cast<std::uint8_t>(driver == boot_state::runs ? 4 : 0)); // the driver's status
        CHECK(check_up(block, for_nuttx).is_healthy());
        auto const looks = std::vector{block.memory(), block.memory()};
        CHECK(names(doctor::diagnose(for_nuttx, looks), whose, field, "nothing moved", weight::stuck));
        CHECK(alone(doctor::diagnose(for_nuttx, looks)));
    }
    auto block = patient{for_nuttx};
    block.put(patient::device_state, boot_state::boots); // it waits for a driver that has not started
    CHECK(doctor::diagnose(for_nuttx, std::vector{block.memory(), block.memory()}).is_healthy());
}

TEST_CASE("a command that nobody took is reported by its name in the peer's dialect") {
    check_seeds(for_nuttx, {{24 + 8, 0x0002'0000, side::driver, "driver.command", "(panic)"},
                            {24 + 12, 0x0003'0001, side::device, "device.command", "(reset)"},
                            {24 + 12, 0x7000'0000, side::device, "device.command", "0x70000000:"}});
    check_seeds(for_openvela, {{24 + 8, 0x0001'0000, side::driver, "driver.command", "(panic)"},
                               {24 + 12, 0x0002'0000, side::device, "device.command", "(stop)"}});
    auto acknowledged = healthy(for_nuttx);
    acknowledged.put(24 + 8, std::uint32_t{0xffff'0000});
    CHECK(check_up(acknowledged, for_nuttx).found.empty());
}

// Seeded faults: the table that the driver fills.

TEST_CASE("each field of a table that the driver fills is compared and named") {
    for (auto const& link : boot_links) {
        auto const block = patient{link};
        auto const vdev = block.vdev();
        auto const ring = [&](std::uint32_t which, std::size_t field) { return block.vring(which) + field; };
        check_seeds(link, {{24, 2, side::driver, "resource_table.version", "is 2, the shared block says 1"},
                           {28, 0, side::driver, "resource_table.count"},
                           {40, 20, side::driver, "resource_table.offset", "is 20, the shared block says 72"},
                           {vdev, 2, side::driver, "vdev.type"},
                           {vdev + 4, 4, side::driver, "vdev.id", "is 4, the shared block says 7"},
                           {vdev + 20, 4, side::driver, "vdev.config_length", "take 8 bytes"},
                           {vdev + 24, 0x0104, side::driver, "vdev.vring_count"},
                           {vdev + 24, 0x0240, side::driver, "vdev.status", "needs reset"},
                           {ring(0, 0), 0x2000, side::driver, "vring 0 device_address", "is 8192, the shared block says 256"},
                           {ring(0, 4), 4096, side::driver, "vring 0 alignment"},
                           {ring(1, 8), 16, side::driver, "vring", "host_to_remote_buffers = 16"},
                           {ring(0, 12), 4, side::driver, "vring 0 notify_id", "as that of the device"},
                           {ring(1, 12), 5, side::driver, "vring 1 notify_id", "as that of ring 0"}});
    }
}

TEST_CASE("a driver may say where the remote sees the rings, or nothing") {
    for (auto const& link : boot_links) {
        auto block = healthy(link);
        for (auto const base : {link.remote_base, std::uint64_t{}}) {
            for (std::uint32_t ring = 0; ring < 2; ++ring) {
                auto const offset = base == 0 ? 0 : block.at().rings[ring].descriptors;
                block.put(block.vring(ring), static_cast<std::uint32_t>(base + offset));
            }
            CHECK(check_up(block, link).found.empty());
        }
        block.put(block.vring(0), block.at().rings[1].descriptors);
        block.put(block.vring(1), block.at().rings[0].descriptors);
        CHECK(names(check_up(block, link), side::driver, "vring.device_address", "exchanged"));
        CHECK(alone(check_up(block, link)));
    }
}

TEST_CASE("a device that the table has elsewhere is read there") {
    auto block = healthy(for_nuttx);
    auto const entry = block.get<wire::vdev_entry>(block.vdev());
    auto const rings = block.get<std::array<wire::vring_entry, 2>>(block.vring(0));
    auto const sizes = block.get<std::array<std::uint32_t, 2>>(block.vring(2));
    auto const there = block.at().table + 44;
    block.put(block.vdev(), wire::vdev_entry{});
    block.put(there, entry);
    block.put(there + 28, rings);
    block.put(there + 68, sizes);
    block.put(40, std::uint32_t{44});
    auto const result = check_up(block, for_nuttx);
    CHECK(names(result, side::driver, "resource_table.offset", "is 44, the shared block says 72"));
    CHECK(alone(result));
}

TEST_CASE("a feature that the link needs and does not have is named by its bit and its side") {
    for (auto const& link : boot_links) {
        auto const lacks = [&](std::uint32_t offered, std::uint32_t kept) {
            auto block = healthy(link);
            block.put(block.vdev() + 12, offered);
            block.put(block.vdev() + 16, kept);
            return check_up(block, link);
        };
        CHECK(names(lacks(5, 5), side::driver, "vdev.device_features", "lacks 0x0002 (bit 1, acknowledgement)"));
        CHECK(alone(lacks(5, 5)));
        CHECK(names(lacks(3, 3), side::driver, "vdev.device_features", "lacks 0x0004 (bit 2, buffer sizes)"));
        CHECK(alone(lacks(3, 3)));
        CHECK(names(lacks(7, 3), side::driver, "vdev.driver_features", "did not keep 0x0004 (bit 2, buffer sizes)"));
        CHECK(alone(lacks(7, 3)));
        CHECK(names(lacks(0x4000'0007, 7), side::driver, "vdev.device_features", "(bit 30, must ring)"));
        CHECK(names(lacks(0x17, 0x17), side::driver, "vdev.device_features", "offers 0x0010", weight::note));
        CHECK(lacks(0x17, 0x17).is_healthy());
        CHECK(lacks(7, 7).found.empty()); // no side reads the names of the CPUs
    }
    auto block = healthy(for_bufsz);
    block.put(block.vdev() + 16, std::uint32_t{1}); // a kernel without the series
    CHECK(names(check_up(block, for_bufsz), side::driver, "vdev.driver_features", "did not keep 0x0002 (bit 1, buffer sizes)"));
    CHECK(alone(check_up(block, for_bufsz)));
    block.put(block.vdev() + 12, std::uint32_t{1});
    CHECK(names(check_up(block, for_bufsz), side::device, "vdev.device_features", "lacks 0x0002 (bit 1, buffer sizes)"));
}

TEST_CASE("sizes need no feature where both are the 512 bytes without it") {
    for (auto link : {for_bufsz, for_nuttx, for_openvela}) {
        auto const bit = link.rings.dialect == dialects::linux_bufsz ? 2u : 4u;
        link.rings.host_to_remote = 512;
        auto block = healthy(link);
        block.put(block.vdev() + 12, link.features() & ~bit);
        block.put(block.vdev() + 16, link.features() & ~bit);
        CHECK(check_up(block, link).found.empty());
    }
}

// Seeded faults: the config space.

TEST_CASE("a buffer size of the config space that is not the shared block's names its direction") {
    for (auto const& link : boot_links) {
        auto const sizes = patient{link}.vring(2);
        check_seeds(link, {{sizes, 1024, side::driver, "config.to_device_size",
                            "is 1024, the shared block says 256: looks as if the driver was built with host_to_remote = 1024"},
                           {sizes + 4, 2048, side::driver, "config.to_driver_size", "buffer_size = 2048"}});
    }
    auto const config = patient{for_bufsz}.vring(2);
    check_seeds(for_bufsz, {{config + 3, 2048, side::device, "config.transmit_size",
                             "is 2048, the shared block says 512: looks as if the device was built with remote_to_host = 2048 "
                             "or buffer_size = 2048"},
                            {config + 7, 0x1'0000, side::device, "config.receive_size", "is 65536"}});
}

TEST_CASE("sizes with the directions exchanged are one mistake") {
    for (auto const& link : {for_nuttx, for_openvela, for_bufsz}) {
        auto const is_linux = link.rings.dialect == dialects::linux_bufsz;
        auto block = healthy(link);
        auto const first = block.vring(2) + (is_linux ? 3 : 0);
        block.put(first, link.rings.size_of(is_linux ? 1 : 0));
        block.put(first + 4, link.rings.size_of(is_linux ? 0 : 1));
        auto const result = check_up(block, link);
        CHECK(names(result, is_linux ? side::device : side::driver, is_linux ? "config.transmit_size" : "config.to_driver_size",
                    "host_to_remote and remote_to_host exchanged"));
        CHECK(alone(result));
    }
}

TEST_CASE("a driver that has the sizes of its own config space is reported once") {
    auto other = for_nuttx;
    other.rings.buffer_size = 128; // of ring 0
    auto const result = check_up(healthy(other), for_nuttx);
    CHECK(names(result, side::driver, "config.to_driver_size", "buffer_size = 128"));
    CHECK_FALSE(names(result, side::driver, "buffer_size"));
}

TEST_CASE("a config space of another version or size is the device's") {
    auto const vdev = patient{for_bufsz}.vdev();
    auto const config = patient{for_bufsz}.vring(2);
    check_seeds(for_bufsz, {{config, 0x0000'0b02, side::device, "config.version", "is 2, the shared block says 1"},
                            {config, 0x0000'0c01, side::device, "config.size", "is 12, the shared block says 11"},
                            {vdev + 20, 8, side::device, "vdev.config_length", "take 11 bytes"}});
    auto block = healthy(for_bufsz);
    block.put(config, std::array<std::uint32_t, 2>{0x0000'0b02, 77}); // that version of the config space is unknown
    CHECK(alone(check_up(block, for_bufsz)));
}

// Seeded faults: the table of Linux with buffer sizes.

TEST_CASE("each field of a table with carveouts is compared and named") {
    auto const block = patient{for_bufsz};
    auto const vdev = block.vdev();
    auto const ring = [&](std::uint32_t which, std::size_t field) { return block.vring(which) + field; };
    check_seeds(for_bufsz, {{0, 2, side::device, "resource_table.version"},
                            {8, 1, side::device, "resource_table.reserved"},
                            {28, 20, side::device, "resource_table.offset", "is 20, the shared block says 200"},
                            {32 + 4, 0x9000'0000, side::device, "carveout vdev0vring0 device_address", "is 0x90000000"},
                            {88 + 12, 4096, side::device, "carveout vdev0vring1 length", "is 4096, the shared block says 8192"},
                            {144 + 12, 0x100, side::device, "carveout vdev0buffer length"},
                            {vdev + 8, 7, side::device, "vdev.notify_id"},
                            {vdev + 24, 0x0287, side::driver, "vdev.status", "failed"},
                            {ring(0, 0), 0x1000'3000, side::device, "vring 0 device_address", "is 0x10003000"},
                            {ring(1, 4), 64, side::device, "vring 1 alignment"},
                            {ring(1, 8), 257, side::device, "vring 1 count"},
                            {ring(1, 12), 0, side::device, "vring 1 notify_id"}});
}

TEST_CASE("the table of an image with buffer sizes is compared alone") {
    auto raw = std::vector<std::byte>(sizeof(wire::sized_carveout_table));
    rpmsg::store(rpmsg::bytes{raw}, rpmsg::resource_table_of<for_bufsz>());
    CHECK(doctor::diagnose_table(for_bufsz, raw).found.size() == 1); // no driver has started
    CHECK(doctor::diagnose_table(for_bufsz, raw).is_healthy());
    auto other = for_bufsz;
    other.rings.host_to_remote = 128;
    CHECK(names(doctor::diagnose_table(other, raw), side::device, "config.receive_size", "is 256, the shared block says 128"));
    auto const cut = rpmsg::const_bytes{raw}.first(sizeof(wire::carveout_table));
    CHECK(names(doctor::diagnose_table(for_bufsz, cut), side::device, "config.version", "is 0"));
    rpmsg::store(rpmsg::bytes{raw}.subspan(88 + 12), std::uint32_t{4096});
    CHECK(names(doctor::diagnose_table(for_bufsz, raw), side::device, "carveout vdev0vring1 length", "is 4096"));
}

TEST_CASE("the table of a driver is compared alone") {
    for (auto const& link : boot_links) {
        auto block = healthy(link);
        auto const table = rpmsg::const_bytes{block.memory()}.subspan(block.at().table, block.at().table_size);
        CHECK(doctor::diagnose_table(link, table).found.empty());
        block.put(block.vring(0) + 8, std::uint32_t{4});
        CHECK(names(doctor::diagnose_table(link, table), side::driver, "vring 0 count", "is 4, the shared block says 8"));
    }
}

// Seeded faults: blocks that do not belong to such a link.

TEST_CASE("a block of another dialect is recognised by its rings, or refused") {
    for (auto const& link : boot_links) {
        auto const result = check_up(healthy(for_lite), link);
        CHECK(names(result, side::driver, "dialect", "dialect = rpmsg_lite"));
        CHECK(alone(result));
        CHECK(names(check_up(healthy(link), for_openamp), side::driver, "dialect", "dialect = nuttx"));
        CHECK(alone(check_up(healthy(link), for_openamp)));
    }
    auto const cut = rpmsg::const_bytes{healthy(for_bufsz).memory()}.first(0x1000);
    CHECK(doctor::diagnose(for_bufsz, cut).refusal.starts_with("is truncated: it has 4096 bytes"));
}

TEST_CASE("an entry that is no RPMsg device is not read as one") {
    auto block = healthy(for_nuttx);
    block.put(block.vdev() + 4, std::uint32_t{4}); // a source of entropy
    block.put(block.vring(0) + 8, std::uint32_t{1});
    CHECK(names(check_up(block, for_nuttx), side::driver, "vdev.id"));
    CHECK(alone(check_up(block, for_nuttx)));
}

TEST_CASE("a block with the device of the link is looked at however wrong the rest is") {
    for (auto const& link : {for_bufsz, for_nuttx, for_openvela}) {
        auto block = healthy(link);
        for (std::size_t i = block.at().rings[0].descriptors; i < block.at().ring_buffers[0]; ++i) {
            block.put(i, std::byte{0x5a});
        }
        CHECK(check_up(block, link).refusal.empty());
        block.put(block.at().table + 4, std::uint32_t{0}); // the device is where it ought to be, but not listed
        CHECK(check_up(block, link).refusal.empty());
        block.put(block.at().table + 4, std::uint32_t{1});
        block.put(block.at().table + 16, std::uint32_t{48}); // it is listed, but elsewhere
        block.put(block.vdev(), std::uint32_t{0});
        block.put(block.at().table + 48, wire::vdev_entry{});
        CHECK(check_up(block, link).refusal.empty());
        block.put(block.at().table + 48, std::uint32_t{0});
        CHECK(check_up(block, link).refusal.starts_with("does not look like this link"));
    }
}

TEST_CASE("a table that is gone is reported beside a driver with another count") {
    auto other = for_openvela;
    other.rings.buffers = 16;
    auto block = healthy(other);
    block.put(block.vdev(), std::uint32_t{0});
    CHECK(names(check_up(block, for_openvela), side::driver, "vdev.type", "is 0"));
    CHECK(names(check_up(block, for_openvela), side::driver, "buffers", "buffers = 16"));
}

TEST_CASE("a table that is not there while its driver boots is reported as that") {
    for (auto const& link : boot_links) {
        auto block = patient{link};
        block.put(patient::driver_state, boot_state::boots);
        auto const result = check_up(block, link);
        CHECK(names(result, side::driver, "boot.base", "is 0x0000"));
        CHECK(names(result, side::driver, "resource_table.version", "is 0"));
        CHECK(names(result, side::driver, "vdev.type", "is 0, the shared block says 3"));
    }
}
