#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"

namespace {

using rpmsg::channel;
using rpmsg::config_mismatch;
using rpmsg::endpoint;
using rpmsg::endpoints;
namespace dialects = rpmsg::wire::dialects;

namespace before_the_series {
// What the kernel does with 4 buffers in place of 256: rings on pages of their own, ring 0 at 0 and ring 1 at 0x2000, the
// available ring at 0x40 and the used ring at 0x1000 of each; 512 bytes per buffer, those of ring 0 from 0x4000, of ring 1 from
// 0x4800.
constexpr auto config =
    rpmsg::vring_config{.buffers = 4, .alignment = 4096, .device_base = 0x57'f000, .dialect = dialects::linux_virtio};

constexpr auto our_device_serves_linux() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.device(), endpoints{endpoint<"rpmsg-raw">(golden::greeter)}};
    check(link.start().has_value());
    block.peer_writes({
        // ring 0: all buffers posted (drivers/virtio/virtio_ring.c)
        {0x000, "00 30 58 00 00 00 00 00 00 02 00 00 02 00 01 00"},
        {0x010, "00 32 58 00 00 00 00 00 00 02 00 00 02 00 02 00"},
        {0x020, "00 34 58 00 00 00 00 00 00 02 00 00 02 00 03 00"},
        {0x030, "00 36 58 00 00 00 00 00 00 02 00 00 02 00 00 00"},
        {0x0040, "00 00 04 00  00 00 01 00 02 00 03 00"},
        {0x2040, "01 00 00 00"}, // ring 1: no calls wanted (drivers/virtio/virtio_ring.c)
    });
    (void)link.poll();
    check(not link.is_up()); // buffers are visible before the driver is ready
    block.we_wrote_nothing();

    link.notify(0); // the first kick of queue 0
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x1000, "01 00 01 00  00 00 00 00 38 00 00 00"}, // no kicks for buffers; 16 + 40 bytes
        {0x1024, "01 00"},                                // the device's mark
        {0x4000, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'rpmsg-raw'"},
        {0x4030, "00 04 00 00  00 00 00 00"},
    });

    // The kernel does not answer an announcement: its first message says who it is (drivers/rpmsg/virtio_rpmsg_bus.c). A
    // descriptor is as long as the message.
    block.peer_writes({
        {0x2000, "00 38 58 00 00 00 00 00 15 00 00 00 00 00 01 00"},
        {0x2040, "01 00 01 00  00 00"},
        {0x4800, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x1002, "02 00"},
        {0x100c, "01 00 00 00 15 00 00 00"},
        {0x4200, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x3000, "00 00 01 00  00 00 00 00 15 00 00 00"},
    });
    return true;
}

constexpr auto our_driver_takes_the_place_of_linux() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.driver(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote({
        // ring 0: all buffers posted, as by Linux (drivers/virtio/virtio_ring.c)
        {0x000, "00 30 58 00 00 00 00 00 00 02 00 00 02 00 01 00"},
        {0x010, "00 32 58 00 00 00 00 00 00 02 00 00 02 00 02 00"},
        {0x020, "00 34 58 00 00 00 00 00 00 02 00 00 02 00 03 00"},
        {0x030, "00 36 58 00 00 00 00 00 00 02 00 00 02 00 00 80"},
        {0x0040, "00 00 04 00  00 00 01 00 02 00 03 00"},
        // ring 1: described for good, where Linux describes each message
        {0x2000, "00 38 58 00 00 00 00 00 00 02 00 00 00 00 01 00"},
        {0x2010, "00 3a 58 00 00 00 00 00 00 02 00 00 00 00 02 00"},
        {0x2020, "00 3c 58 00 00 00 00 00 00 02 00 00 00 00 03 00"},
        {0x2030, "00 3e 58 00 00 00 00 00 00 02 00 00 00 00 00 80"},
        {0x2040, "01 00 01 00  00 00"},
        {0x4800, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x4830, "00 04 00 00  00 00 00 00"},
    });

    // A remote gives the announcement back and speaks to its sender.
    block.peer_writes({
        {0x3000, "00 00 01 00  00 00 00 00 00 02 00 00"},
        {0x1000, "01 00 01 00  00 00 00 00 15 00 00 00"},
        {0x4000, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    block.we_wrote({
        {0x2040, "01 00 02 00  00 00 01 00"},
        {0x4a00, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x0040, "00 00 05 00  00 00"},
    });
    return true;
}
} // namespace before_the_series

namespace since_the_series {
// The same rings behind a resource table with three carveouts (280 bytes, the vdev entry at 0xc8 and the config space at
// 0x10c), 1024 bytes to the kernel and 256 from it: ring 0 at 0x1000, ring 1 at 0x3000, buffers from 0x5000 and 0x6000.
constexpr auto config = rpmsg::vring_config{.buffers = 4,
                                            .host_to_remote = 256,
                                            .remote_to_host = 1024,
                                            .alignment = 4096,
                                            .device_base = 0x1004'0000,
                                            .dialect = dialects::linux_bufsz};

/// The device's table: name service and buffer sizes offered. The config space is packed (linux/rpmsg/virtio_rpmsg.h):
/// version 1, 11 bytes, sizes to and from the kernel.
constexpr auto put_table(auto& block) -> void {
    block.peer_writes({
        {0x000, "01 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00"},
        {0x010, "20 00 00 00 58 00 00 00 90 00 00 00 c8 00 00 00"},
        {0x0c8, "03 00 00 00 07 00 00 00 02 00 00 00 03 00 00 00"},             // type, id, notify id, offered features
        {0x0d8, "00 00 00 00 0b 00 00 00 00 02 00 00"},                         // kept features, config length, status, rings
        {0x0e4, "00 10 04 10 00 10 00 00 04 00 00 00 00 00 00 00 00 00 00 00"}, // ring 0
        {0x0f8, "00 30 04 10 00 10 00 00 04 00 00 00 01 00 00 00 00 00 00 00"}, // ring 1
        {0x10c, "01  0b 00  00 04 00 00  00 01 00 00"},
    });
}

constexpr golden::line linux_rings[] = {
    {0x1000, "00 50 04 10 00 00 00 00 00 04 00 00 02 00 01 00"},
    {0x1010, "00 54 04 10 00 00 00 00 00 04 00 00 02 00 02 00"},
    {0x1020, "00 58 04 10 00 00 00 00 00 04 00 00 02 00 03 00"},
    {0x1030, "00 5c 04 10 00 00 00 00 00 04 00 00 02 00 00 00"},
    {0x1040, "00 00 04 00  00 00 01 00 02 00 03 00"},
    {0x3040, "01 00 00 00"},
};

constexpr auto our_device_serves_linux() -> bool {
    auto block = golden::block<config>{};
    put_table(block);
    auto link = channel{block.device(), endpoints{endpoint<"rpmsg-raw">(golden::greeter)}};
    check(link.start().has_value());
    block.peer_writes(linux_rings);
    block.peer_writes({{0x0d8, "03 00 00 00"}, {0x0e0, "03"}});
    link.notify(0);
    (void)link.poll();
    check(not link.is_up()); // driver_ok is missing
    block.we_wrote_nothing();

    block.peer_writes({{0x0e0, "07"}});
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x2000, "01 00 01 00  00 00 00 00 38 00 00 00"},
        {0x2024, "01 00"}, // the device's mark
        {0x5000, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'rpmsg-raw'"},
        {0x5030, "00 04 00 00  00 00 00 00"},
    });
    block.peer_writes({
        {0x3000, "00 60 04 10 00 00 00 00 15 00 00 00 00 00 01 00"},
        {0x3040, "01 00 01 00  00 00"},
        {0x6000, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    block.we_wrote({
        {0x2002, "02 00"},
        {0x200c, "01 00 00 00 15 00 00 00"},
        {0x5400, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x4000, "00 00 01 00  00 00 00 00 15 00 00 00"},
    });
    return true;
}

constexpr auto our_driver_takes_the_place_of_linux() -> bool {
    auto block = golden::block<config>{};
    put_table(block);
    auto link = channel{block.driver(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.expect(linux_rings);
    block.we_wrote({
        {0x0d8, "03 00 00 00"}, // both features kept
        {0x0e0, "04"},
        {0x103e, "00 80"}, // the last descriptor's link, which nobody reads
        {0x3000, "00 60 04 10 00 00 00 00 00 01 00 00 00 00 01 00"},
        {0x3010, "00 61 04 10 00 00 00 00 00 01 00 00 00 00 02 00"},
        {0x3020, "00 62 04 10 00 00 00 00 00 01 00 00 00 00 03 00"},
        {0x3030, "00 63 04 10 00 00 00 00 00 01 00 00 00 00 00 80"},
        {0x3040, "01 00 01 00  00 00"},
        {0x6000, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x6030, "00 04 00 00  00 00 00 00"},
    });
    block.peer_writes({
        {0x4000, "00 00 01 00  00 00 00 00 00 01 00 00"},
        {0x2000, "01 00 01 00  00 00 00 00 15 00 00 00"},
        {0x5000, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    block.we_wrote({
        {0x3040, "01 00 02 00  00 00 01 00"},
        {0x6100, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x1040, "00 00 05 00  00 00"},
    });
    return true;
}

/// A kernel without the series keeps feature bit 0 only and has buffers of 512 bytes.
constexpr auto an_older_kernel_is_told_by_its_features() -> bool {
    auto block = golden::block<config>{};
    put_table(block);
    auto link = channel{block.device(), endpoints{endpoint<"rpmsg-raw">(golden::greeter)}};
    check(link.start().has_value());
    block.peer_writes(linux_rings);
    block.peer_writes({{0x0d8, "01 00 00 00"}, {0x0e0, "07"}});
    link.notify(0);
    (void)link.poll();
    check(not link.is_up() and link.transport().mismatch() == config_mismatch::to_driver_size);
    block.we_wrote_nothing();
    return true;
}
} // namespace since_the_series

TEST_CASE("Linux: our device, fed with the kernel's memory, waits for the kick, announces, hears and answers") {
    STATIC_REQUIRE(before_the_series::our_device_serves_linux());
    CHECK(before_the_series::our_device_serves_linux());
}

TEST_CASE("Linux: our driver in the kernel's place leaves what a remote reads") {
    STATIC_REQUIRE(before_the_series::our_driver_takes_the_place_of_linux());
    CHECK(before_the_series::our_driver_takes_the_place_of_linux());
}

TEST_CASE("Linux with buffer sizes: our device offers them in its config space and serves a kernel that keeps them") {
    STATIC_REQUIRE(since_the_series::our_device_serves_linux());
    CHECK(since_the_series::our_device_serves_linux());
}

TEST_CASE("Linux with buffer sizes: our driver reads them from the device's config space and keeps both features") {
    STATIC_REQUIRE(since_the_series::our_driver_takes_the_place_of_linux());
    CHECK(since_the_series::our_driver_takes_the_place_of_linux());
}

TEST_CASE("Linux with buffer sizes: an older kernel is refused where the configuration has other than 512 bytes") {
    STATIC_REQUIRE(since_the_series::an_older_kernel_is_told_by_its_features());
    CHECK(since_the_series::an_older_kernel_is_told_by_its_features());
}

} // namespace
