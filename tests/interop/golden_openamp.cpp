#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;

// 4 buffers of 512 bytes, rings at a distance of 64, so that the used ring lies at 128. The table of 88 bytes
// comes first, ring 0 at 0x80, ring 1 at 0x140, the buffers from 0x200 on: 0x200 + 0x200 i of ring 0, 0xa00 + 0x200 i of ring 1.
constexpr auto config =
    rpmsg::vring_config{.buffers = 4, .alignment = 64, .device_base = 0x2000'0000, .dialect = rpmsg::wire::dialects::openamp};

/// The resource table as the firmware holds it (OpenAMP, remoteproc_virtio.c): name service offered, no status yet.
constexpr auto put_table(auto& block) -> void {
    block.peer_writes({
        {0x000, "01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 14 00 00 00"}, // version, count, reserved, offset
        {0x014, "03 00 00 00 07 00 00 00 02 00 00 00 01 00 00 00"},             // type, id, notify id, offered features
        {0x024, "00 00 00 00 00 00 00 00 00 02 00 00"},                         // kept features, config length, status, rings
        {0x030, "80 00 00 20 40 00 00 00 04 00 00 00 00 00 00 00 00 00 00 00"}, // ring 0
        {0x044, "40 01 00 20 40 00 00 00 04 00 00 00 01 00 00 00 00 00 00 00"}, // ring 1
    });
}

/// What the host leaves of ring 0 and of the flags and indices; ours must leave the same.
constexpr golden::line host_rings[] = {
    // ring 0: all buffers posted, to be written
    {0x080, "00 02 00 20 00 00 00 00 00 02 00 00 02 00 01 00"},
    {0x090, "00 04 00 20 00 00 00 00 00 02 00 00 02 00 02 00"},
    {0x0a0, "00 06 00 20 00 00 00 00 00 02 00 00 02 00 03 00"},
    {0x0b0, "00 08 00 20 00 00 00 00 00 02 00 00 02 00 00 80"},
    {0x0c0, "00 00 04 00  00 00 01 00 02 00 03 00"}, // available: no flags, index 4
    {0x100, "00 00 00 00"},                          // used: nothing
    {0x180, "01 00 00 00"},                          // ring 1, available: no doorbells wanted
    {0x1c0, "00 00 00 00"},
    {0x024, "01 00 00 00"}, // features: the offered ones
    {0x02c, "04"},          // status, last
};

constexpr auto our_driver_leaves_what_a_host_leaves_and_serves_a_remote() -> bool {
    auto block = golden::block<config>{};
    put_table(block);
    auto link = channel{block.driver(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.expect(host_rings);
    block.we_wrote({
        // ring 1: described from the start and for good, where the host describes each when it is used (OpenAMP, rpmsg_virtio.c)
        {0x140, "00 0a 00 20 00 00 00 00 00 02 00 00 00 00 01 00"},
        {0x150, "00 0c 00 20 00 00 00 00 00 02 00 00 00 00 02 00"},
        {0x160, "00 0e 00 20 00 00 00 00 00 02 00 00 00 00 03 00"},
        {0x170, "00 10 00 20 00 00 00 00 00 02 00 00 00 00 00 80"},
        // our announcement, published in ring 1
        {0x180, "01 00 01 00  00 00"},
        {0xa00, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0xa30, "00 04 00 00  00 00 00 00"},
    });

    // The remote starts: used.flags of ring 0. It takes our announcement and announces the name too.
    block.peer_writes({
        {0x100, "01 00 01 00  00 00 00 00 00 02 00 00"},
        {0x1c0, "00 00 01 00  00 00 00 00 00 02 00 00"},
        {0x200, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x230, "00 04 00 00  00 00 00 00"},
    });
    link.notify(0);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({{0x0c0, "00 00 05 00  00 00"}}); // the buffer is posted again

    // A message each way; the used length is the size of the buffer (OpenAMP, rpmsg_virtio.c).
    block.peer_writes({
        {0x102, "02 00"},
        {0x10c, "01 00 00 00 00 02 00 00"},
        {0x400, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    block.we_wrote({
        {0x180, "01 00 02 00  00 00 01 00"},
        {0xc00, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x0c0, "00 00 06 00  00 00 01 00"},
    });
    return true;
}

constexpr auto our_device_serves_a_host() -> bool {
    auto block = golden::block<config>{};
    put_table(block);
    auto link = channel{block.device(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote_nothing();
    check(not link.is_up());

    block.peer_writes(host_rings);
    block.peer_writes({
        // ring 1: empty descriptors in a chain (OpenAMP, rpmsg_virtio.c)
        {0x140, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00"},
        {0x150, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00"},
        {0x160, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 00"},
        {0x170, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80"},
    });
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x100, "01 00 01 00  00 00 00 00 38 00 00 00"}, // as the remote; 16 + 40 bytes (OpenAMP, rpmsg_virtio.c)
        {0x124, "01 00"},                                // the device's mark
        {0x200, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x230, "00 04 00 00  00 00 00 00"},
    });

    // The host describes a buffer and sends; it must get back its whole size (OpenAMP, rpmsg_virtio.c).
    block.peer_writes({
        {0x140, "00 0a 00 20 00 00 00 00 00 02 00 00 00 00 01 00"},
        {0x180, "01 00 01 00  00 00"},
        {0xa00, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    block.we_wrote({
        {0x102, "02 00"},
        {0x10c, "01 00 00 00 15 00 00 00"},
        {0x400, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x1c0, "00 00 01 00  00 00 00 00 00 02 00 00"},
    });
    return true;
}

TEST_CASE("OpenAMP: our driver leaves a host's memory, and the remote's messages change it as a host's would") {
    STATIC_REQUIRE(our_driver_leaves_what_a_host_leaves_and_serves_a_remote());
    CHECK(our_driver_leaves_what_a_host_leaves_and_serves_a_remote());
}

TEST_CASE("OpenAMP: our device, fed with a host's memory, attaches, announces, hears and answers as a remote does") {
    STATIC_REQUIRE(our_device_serves_a_host());
    CHECK(our_device_serves_a_host());
}

} // namespace
