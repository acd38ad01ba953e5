#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;

// 4 buffers of 512 bytes, VRING_ALIGN 0x10: ring 0 at 0, ring 1 at 0x80, buffers at 0x100 + 0x200 i, the first
// four of ring 0.
constexpr auto config = rpmsg::vring_config{.buffers = 4, .alignment = 16, .dialect = rpmsg::wire::dialects::rpmsg_lite};

/// The whole block after the master's start.
constexpr golden::line master_start[] = {
    // ring 0: all buffers posted
    {0x000, "00 01 00 00 00 00 00 00 00 02 00 00 02 00 01 00"},
    {0x010, "00 03 00 00 00 00 00 00 00 02 00 00 02 00 02 00"},
    {0x020, "00 05 00 00 00 00 00 00 00 02 00 00 02 00 03 00"},
    {0x030, "00 07 00 00 00 00 00 00 00 02 00 00 02 00 00 80"},
    {0x040, "01 00 04 00  00 00 01 00 02 00 03 00"}, // available: doorbells "suppressed" for ever
    {0x050, "00 00 00 00"},                          // used
    // ring 1: all buffers described, and in the used ring
    {0x080, "00 09 00 00 00 00 00 00 00 02 00 00 02 00 01 00"},
    {0x090, "00 0b 00 00 00 00 00 00 00 02 00 00 02 00 02 00"},
    {0x0a0, "00 0d 00 00 00 00 00 00 00 02 00 00 02 00 03 00"},
    {0x0b0, "00 0f 00 00 00 00 00 00 00 02 00 00 02 00 00 80"},
    {0x0c0, "01 00 00 00  00 00 00 00 00 00 00 00"},
    {0x0d0, "00 00 04 00"},
    {0x0d4, "00 00 00 00 00 02 00 00  01 00 00 00 00 02 00 00"},
    {0x0e4, "02 00 00 00 00 02 00 00  03 00 00 00 00 02 00 00"},
};

constexpr auto our_driver_leaves_what_a_master_leaves_and_talks_to_a_remote() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.driver(), endpoints{endpoint<40, 30>(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote(master_start);

    // The remote, address 30, announces "rpmsg-test", and the buffer is posted again.
    block.peer_writes({
        {0x050, "00 00 01 00  00 00 00 00 00 02 00 00"},
        {0x100, "1e 00 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'rpmsg-test'"},
        {0x130, "1e 00 00 00  00 00 00 00"},
    });
    link.notify(0);
    (void)link.poll();
    block.we_wrote({{0x040, "01 00 05 00  00 00"}});

    // The master, address 40, sends to it; descriptors are never touched after the start.
    check(link.at(0).send("hello"_payload).has_value());
    block.we_wrote({
        {0x0c0, "01 00 01 00  00 00"},
        {0x900, "28 00 00 00  1e 00 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });

    // The remote gives the buffer back and says hello itself, through descriptor 2 and without a copy: its index stands in
    // the header (rpmsg_lite.c).
    block.peer_writes({
        {0x0d0, "00 00 05 00  00 00 00 00 00 02 00 00"},
        {0x052, "02 00"},
        {0x05c, "02 00 00 00 00 02 00 00"},
        {0x500, "1e 00 00 00  28 00 00 00  00 00 02 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    block.we_wrote({
        {0x0c0, "01 00 02 00  00 00 01 00"},
        {0xb00, "28 00 00 00  1e 00 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x040, "01 00 06 00  00 00 02 00"},
    });
    return true;
}

constexpr auto our_device_serves_a_master() -> bool {
    auto block = golden::block<config>{};
    constexpr auto at_30 = rpmsg::endpoint_addresses{.local = rpmsg::address{30}};
    auto link = channel{block.device(), endpoints{endpoint<"rpmsg-test", at_30>(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote_nothing();
    check(not link.is_up());

    // It writes nothing when it comes up but its mark and its announcement (rpmsg_lite.c).
    block.peer_writes(master_start);
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x050, "00 00 01 00  00 00 00 00 38 00 00 00"}, // 16 + 40 bytes (OpenAMP, rpmsg_virtio.c)
        {0x074, "01 00"},
        {0x100, "1e 00 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'rpmsg-test'"},
        {0x130, "1e 00 00 00  00 00 00 00"},
    });

    // The master sends from 40, with rubbish in the reserved word; ring 1 goes on at index 4.
    block.peer_writes({
        {0x0c0, "01 00 01 00  00 00"},
        {0x900, "28 00 00 00  1e 00 00 00  ef be ad de  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    block.we_wrote({
        {0x052, "02 00"},
        {0x05c, "01 00 00 00 15 00 00 00"},
        {0x300, "1e 00 00 00  28 00 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x0d0, "00 00 05 00  00 00 00 00 00 02 00 00"},
    });
    return true;
}

TEST_CASE("rpmsg-lite: our driver leaves a master's memory to the last byte, and goes on as a master does") {
    STATIC_REQUIRE(our_driver_leaves_what_a_master_leaves_and_talks_to_a_remote());
    CHECK(our_driver_leaves_what_a_master_leaves_and_talks_to_a_remote());
}

TEST_CASE("rpmsg-lite: our device, fed with a master's memory, attaches, announces, hears and answers as a remote does") {
    STATIC_REQUIRE(our_device_serves_a_master());
    CHECK(our_device_serves_a_master());
}

} // namespace
