#include <rpmsg/transport/vring/runtime_layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"
#include <cstdint>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::wire::vring_parts;
namespace dialects = rpmsg::wire::dialects;

namespace openvela {
// As openvela has it: the boot block at 0, the table at 0x18 with its vdev entry at 0x60 and the config space at 0xa4, ring 0
// at 0xe8, ring 1 at 0x1c8, 8 buffers of 2048 bytes from 0x2a8 (ring 0) and from 0x42a8 (ring 1).
constexpr auto config = rpmsg::vring_config{
    .buffers = 8, .buffer_size = 2048, .alignment = 8, .device_base = 0x1000'0000, .dialect = dialects::openvela};

/// What the driver writes before it says that it boots: base, table, config space.
constexpr golden::line our_table[] = {
    {0x00000, "00 00 00 10 00 00 00 00"}, // base
    {0x00018,
     "01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 48 00 00 00"}, // version, entries, command words, offset of the first entry
    {0x00060, "03 00 00 00 07 00 00 00 00 00 00 00 07 00 00 00"},    // type, id, notify id, offered features
    {0x00070, "00 00 00 00 40 00 00 00 00 02 00 00"},                // kept features, config length, status, rings
    {0x0007c, "e8 00 00 00 08 00 00 00 08 00 00 00 01 00 00 00 00 00 00 00"}, // ring 0
    {0x00090, "c8 01 00 00 08 00 00 00 08 00 00 00 02 00 00 00 00 00 00 00"}, // ring 1
    {0x000a4, "00 08 00 00 00 08 00 00"},                                     // buffer sizes
};

/// The table as the real master fills it in.
constexpr golden::line their_table[] = {
    {0x00000, "00 00 00 10 00 00 00 00"},
    {0x00018, "01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 48 00 00 00"}, // version, entries, command words
    {0x00060, "03 00 00 00 07 00 00 00 04 00 00 00 07 00 00 00"},
    {0x00070, "00 00 00 00 40 00 00 00 00 02 00 00"},
    {0x0007c, "e8 00 00 00 08 00 00 00 08 00 00 00 05 00 00 00 00 00 00 00"},
    {0x00090, "c8 01 00 00 08 00 00 00 08 00 00 00 06 00 00 00 00 00 00 00"},
    {0x000a4, "00 08 00 00 00 08 00 00"},
};

constexpr golden::line ring_0[] = {
    {0x0e8, "a8 02 00 10 00 00 00 00 00 08 00 00 02 00 01 00"},
    {0x0f8, "a8 0a 00 10 00 00 00 00 00 08 00 00 02 00 02 00"},
    {0x108, "a8 12 00 10 00 00 00 00 00 08 00 00 02 00 03 00"},
    {0x118, "a8 1a 00 10 00 00 00 00 00 08 00 00 02 00 04 00"},
    {0x128, "a8 22 00 10 00 00 00 00 00 08 00 00 02 00 05 00"},
    {0x138, "a8 2a 00 10 00 00 00 00 00 08 00 00 02 00 06 00"},
    {0x148, "a8 32 00 10 00 00 00 00 00 08 00 00 02 00 07 00"},
    {0x158, "a8 3a 00 10 00 00 00 00 00 08 00 00 02 00 00 80"},
    {0x00168, "00 00 08 00  00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00"},
};

constexpr auto our_driver_serves_a_slave() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.driver(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.expect(our_table);
    block.we_wrote({{0x00014, "01 00 00 00"}}); // the driver boots

    block.peer_writes({{0x00010, "01 00 00 00"}}); // the device boots
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.expect(ring_0);
    block.we_wrote({
        {0x00014, "02 00 00 00"}, // the driver runs
        {0x00070, "07 00 00 00"}, // features: all that are offered
        {0x00078, "04"},          // status
        {0x1c8, "a8 42 00 10 00 00 00 00 00 08 00 00 00 00 01 00"},
        {0x1d8, "a8 4a 00 10 00 00 00 00 00 08 00 00 00 00 02 00"},
        {0x1e8, "a8 52 00 10 00 00 00 00 00 08 00 00 00 00 03 00"},
        {0x1f8, "a8 5a 00 10 00 00 00 00 00 08 00 00 00 00 04 00"},
        {0x208, "a8 62 00 10 00 00 00 00 00 08 00 00 00 00 05 00"},
        {0x218, "a8 6a 00 10 00 00 00 00 00 08 00 00 00 00 06 00"},
        {0x228, "a8 72 00 10 00 00 00 00 00 08 00 00 00 00 07 00"},
        {0x238, "a8 7a 00 10 00 00 00 00 00 08 00 00 00 00 00 80"},
        {0x00248, "01 00 01 00  00 00"},
        {0x042a8, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x042d8, "00 04 00 00  00 00 00 00"}, // create
    });

    // The device runs, gives the announcement back, acknowledges it and speaks.
    block.peer_writes({
        {0x00010, "02 00 00 00"},
        {0x00260, "00 00 01 00  00 00 00 00 00 08 00 00"},
        {0x00180, "01 00 02 00  00 00 00 00 00 08 00 00  01 00 00 00 00 08 00 00"},
        {0x002a8, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x002d8, "00 04 00 00  02 00 00 00"}, // acknowledge
        {0x00aa8, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x00248, "01 00 02 00  00 00 01 00"},
        {0x04aa8, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x00168, "00 00 0a 00  00 00 01 00"},
    });
    return true;
}

constexpr auto our_device_serves_a_master() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.device(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    block.peer_writes(their_table);
    block.peer_writes({{0x00014, "01 00 00 00"}}); // the driver boots
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote({{0x00010, "01 00 00 00"}}); // the device boots

    block.peer_writes({{0x00014, "02 00 00 00"}}); // the driver runs
    (void)link.poll();
    check(not link.is_up());
    block.we_wrote({{0x00010, "02 00 00 00"}}); // the device runs

    block.peer_writes(ring_0);
    block.peer_writes({
        {0x1c8, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00"},
        {0x1d8, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00"},
        {0x1e8, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 00"},
        {0x1f8, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 00"},
        {0x208, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 05 00"},
        {0x218, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 06 00"},
        {0x228, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 07 00"},
        {0x238, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80"},
        {0x00248, "01 00 00 00"},
        {0x00070, "07 00 00 00"}, // features
        {0x00078, "04"},          // status
    });
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x00180, "01 00 01 00  00 00 00 00 38 00 00 00"},
        {0x002a8, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x002d8, "00 04 00 00  00 00 00 00"}, // create
    });

    // The master gives no buffer of ring 1 an address before it uses it. It acknowledges and speaks.
    block.peer_writes({
        {0x001c8, "a8 42 00 10 00 00 00 00 00 08 00 00 00 00 01 00"},
        {0x001d8, "a8 4a 00 10 00 00 00 00 00 08 00 00 00 00 02 00"},
        {0x00248, "01 00 02 00  00 00 01 00"},
        {0x042a8, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x042d8, "00 04 00 00  02 00 00 00"}, // acknowledge
        {0x04aa8, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x00182, "02 00"},
        {0x0018c, "01 00 00 00 15 00 00 00"},
        {0x00aa8, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x00260, "00 00 02 00  00 00 00 00 00 08 00 00  01 00 00 00 00 08 00 00"}, // whole buffers
    });
    return true;
}
} // namespace openvela

namespace nuttx {
// As NuttX's simulator has it: the table at 0x18 has six entries, the vdev entry at 0x20110 is the fifth, its config
// space lies at 0x20154. Ring 0 at 0x201cc and ring 1 at 0x202ac are no multiples of 8: their used rings lie at + 156. The
// master takes the buffers from a heap; here 8 of 1536 bytes from 0x203a0 (ring 0) and from 0x233a0 (ring 1).
constexpr auto config = rpmsg::vring_config{.buffers = 8, .buffer_size = 1536, .alignment = 8, .dialect = dialects::nuttx};
constexpr std::uint32_t file_size = 197072;
constexpr std::uint32_t heap = 131980;

/// What the device knows when it starts: all but the driver's addresses.
constexpr auto at_device =
    rpmsg::runtime_layout{.buffers_per_ring = {8, 8},
                          .rings = {rpmsg::wire::place_vring(131532, 8, 8), rpmsg::wire::place_vring(131756, 8, 8)},
                          .window = heap,
                          .window_size = file_size - heap,
                          .status_offset = 24 + 131320 + 24,
                          .boot_offset = 0,
                          .config_size = 64};
constexpr auto at_driver = [] {
    auto layout = at_device;
    layout.ring_buffers = {0x203a0, 0x233a0};
    layout.buffer_sizes = {1536, 1536};
    (void)layout.rebase(0x7f12'3456'7000);
    return layout;
}();

/// What the driver writes before it says that it boots: base, table, config space.
constexpr golden::line our_table[] = {
    {0x00000, "00 70 56 34 12 7f 00 00"}, // base
    {0x00018,
     "01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 f8 00 02 00"}, // version, entries, command words, offset of the first entry
    {0x20110, "03 00 00 00 07 00 00 00 00 00 00 00 07 00 00 00"},    // type, id, notify id, offered features
    {0x20120, "00 00 00 00 40 00 00 00 00 02 00 00"},                // kept features, config length, status, rings
    {0x2012c, "cc 01 02 00 08 00 00 00 08 00 00 00 01 00 00 00 00 00 00 00"}, // ring 0
    {0x20140, "ac 02 02 00 08 00 00 00 08 00 00 00 02 00 00 00 00 00 00 00"}, // ring 1
    {0x20154, "00 06 00 00 00 06 00 00"},                                     // buffer sizes
};

/// The table as the real master fills it in.
constexpr golden::line their_table[] = {
    {0x00000, "00 70 56 34 12 7f 00 00"},
    {0x00018, "01 00 00 00 06 00 00 00 00 00 00 00 00 00 00 00 28 00 00 00 58 00 00 00 90 00 01 00 c0 00 01 00 f8 00 02 00 7c "
              "01 02 00"}, // version, entries, command words
    {0x20110, "03 00 00 00 07 00 00 00 04 00 00 00 0f 00 00 00"},
    {0x20120, "00 00 00 00 40 00 00 00 00 02 00 00"},
    {0x2012c, "cc 01 02 00 08 00 00 00 08 00 00 00 05 00 00 00 00 00 00 00"},
    {0x20140, "ac 02 02 00 08 00 00 00 08 00 00 00 06 00 00 00 00 00 00 00"},
    {0x20154, "00 06 00 00 00 06 00 00"},
    {0x2016c, "'server' 00 00 'proxy' 00 00 00"}, // names of the two CPUs
};

constexpr golden::line ring_0[] = {
    {0x201cc, "a0 73 58 34 12 7f 00 00 00 06 00 00 02 00 01 00"},
    {0x201dc, "a0 79 58 34 12 7f 00 00 00 06 00 00 02 00 02 00"},
    {0x201ec, "a0 7f 58 34 12 7f 00 00 00 06 00 00 02 00 03 00"},
    {0x201fc, "a0 85 58 34 12 7f 00 00 00 06 00 00 02 00 04 00"},
    {0x2020c, "a0 8b 58 34 12 7f 00 00 00 06 00 00 02 00 05 00"},
    {0x2021c, "a0 91 58 34 12 7f 00 00 00 06 00 00 02 00 06 00"},
    {0x2022c, "a0 97 58 34 12 7f 00 00 00 06 00 00 02 00 07 00"},
    {0x2023c, "a0 9d 58 34 12 7f 00 00 00 06 00 00 02 00 00 80"},
    {0x2024c, "00 00 08 00  00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00"},
};

constexpr auto our_driver_serves_a_slave() -> bool {
    auto block = golden::block<config, rpmsg::runtime_layout, file_size>{};
    auto link = channel{block.driver(at_driver), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.expect(our_table);
    block.we_wrote({{0x00014, "01 00 00 00"}}); // the driver boots

    block.peer_writes({{0x00010, "01 00 00 00"}}); // the device boots
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.expect(ring_0);
    block.we_wrote({
        {0x00014, "02 00 00 00"}, // the driver runs
        {0x20120, "07 00 00 00"}, // features: all that are offered
        {0x20128, "04"},          // status
        {0x202ac, "a0 a3 58 34 12 7f 00 00 00 06 00 00 00 00 01 00"},
        {0x202bc, "a0 a9 58 34 12 7f 00 00 00 06 00 00 00 00 02 00"},
        {0x202cc, "a0 af 58 34 12 7f 00 00 00 06 00 00 00 00 03 00"},
        {0x202dc, "a0 b5 58 34 12 7f 00 00 00 06 00 00 00 00 04 00"},
        {0x202ec, "a0 bb 58 34 12 7f 00 00 00 06 00 00 00 00 05 00"},
        {0x202fc, "a0 c1 58 34 12 7f 00 00 00 06 00 00 00 00 06 00"},
        {0x2030c, "a0 c7 58 34 12 7f 00 00 00 06 00 00 00 00 07 00"},
        {0x2031c, "a0 cd 58 34 12 7f 00 00 00 06 00 00 00 00 00 80"},
        {0x2032c, "01 00 01 00  00 00"},
        {0x233a0, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x233d0, "00 04 00 00  00 00 00 00"}, // create
    });

    // The device runs, gives the announcement back, acknowledges it and speaks.
    block.peer_writes({
        {0x00010, "02 00 00 00"},
        {0x20348, "00 00 01 00  00 00 00 00 00 06 00 00"},
        {0x20268, "01 00 02 00  00 00 00 00 00 06 00 00  01 00 00 00 00 06 00 00"},
        {0x203a0, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x203d0, "00 04 00 00  02 00 00 00"}, // acknowledge
        {0x209a0, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x2032c, "01 00 02 00  00 00 01 00"},
        {0x239a0, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x2024c, "00 00 0a 00  00 00 01 00"},
    });
    return true;
}

constexpr auto our_device_serves_a_master() -> bool {
    auto block = golden::block<config, rpmsg::runtime_layout, file_size>{};
    auto link = channel{block.device(at_device), endpoints{endpoint<"svc-x">(golden::greeter)}};
    block.peer_writes(their_table);
    block.peer_writes({{0x00014, "01 00 00 00"}}); // the driver boots
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote({{0x00010, "01 00 00 00"}}); // the device boots

    block.peer_writes({{0x00014, "02 00 00 00"}}); // the driver runs
    (void)link.poll();
    check(not link.is_up());
    block.we_wrote({{0x00010, "02 00 00 00"}}); // the device runs

    block.peer_writes(ring_0);
    block.peer_writes({
        {0x202ac, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00"},
        {0x202bc, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00"},
        {0x202cc, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 00"},
        {0x202dc, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 00"},
        {0x202ec, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 05 00"},
        {0x202fc, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 06 00"},
        {0x2030c, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 07 00"},
        {0x2031c, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80"},
        {0x2032c, "01 00 00 00"},
        {0x20120, "0f 00 00 00"}, // features
        {0x20128, "04"},          // status
    });
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x20268, "01 00 01 00  00 00 00 00 38 00 00 00"},
        {0x203a0, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x203d0, "00 04 00 00  00 00 00 00"}, // create
    });

    // The master gives no buffer of ring 1 an address before it uses it. It acknowledges and speaks.
    block.peer_writes({
        {0x202ac, "a0 a3 58 34 12 7f 00 00 00 06 00 00 00 00 01 00"},
        {0x202bc, "a0 a9 58 34 12 7f 00 00 00 06 00 00 00 00 02 00"},
        {0x2032c, "01 00 02 00  00 00 01 00"},
        {0x233a0, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x233d0, "00 04 00 00  02 00 00 00"}, // acknowledge
        {0x239a0, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x2026a, "02 00"},
        {0x20274, "01 00 00 00 15 00 00 00"},
        {0x209a0, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x20348, "00 00 02 00  00 00 00 00 00 06 00 00  01 00 00 00 00 06 00 00"}, // whole buffers
    });
    return true;
}
} // namespace nuttx

TEST_CASE("openvela: the computed layout is the peer's") {
    using layout = rpmsg::vring_layout<openvela::config>;
    STATIC_REQUIRE(layout::parts(0) == vring_parts{232, 360, 384});
    STATIC_REQUIRE(layout::parts(1) == vring_parts{456, 584, 608});
    STATIC_REQUIRE(layout::buffer(0, 0) == 680);
    STATIC_REQUIRE(layout::buffer(1, 0) == 17064);
    STATIC_REQUIRE(layout::status() == 24 + 72 + 24);
}

TEST_CASE("openvela: our driver fills the table, boots, runs, announces and is acknowledged") {
    STATIC_REQUIRE(openvela::our_driver_serves_a_slave());
    CHECK(openvela::our_driver_serves_a_slave());
}

TEST_CASE("openvela: our device boots with a master, announces, is acknowledged, hears and answers") {
    STATIC_REQUIRE(openvela::our_device_serves_a_master());
    CHECK(openvela::our_device_serves_a_master());
}

TEST_CASE("NuttX: the used ring follows the absolute address") {
    STATIC_REQUIRE(nuttx::at_device.parts(0) == vring_parts{131532, 131660, 131688});
    STATIC_REQUIRE(nuttx::at_device.parts(1) == vring_parts{131756, 131884, 131912});
}

// A block of 200 KB is too much for a constant expression.

TEST_CASE("NuttX: our driver fills the simulator's file, boots, runs, announces and is acknowledged") {
    CHECK(nuttx::our_driver_serves_a_slave());
}

TEST_CASE("NuttX: our device boots with the simulator's master, learns its base and serves it") {
    CHECK(nuttx::our_device_serves_a_master());
}

} // namespace
