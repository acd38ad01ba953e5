#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;

// Both ends are this library (wire/virtio/control_block.hpp): the control block at 0, the device's half at 0x40, ring 0 at 0x80,
// ring 1 at 0x140, 4 buffers of 512 bytes from 0x200 (ring 0) and from 0xa00 (ring 1). A changed byte in these is
// another wire format.
constexpr auto config = rpmsg::vring_config{.buffers = 4, .alignment = 64, .dialect = rpmsg::wire::dialects::rpmsg};

// "rpm1", the fingerprint, epoch 1; nothing laid out.
constexpr golden::line opened[] = {{0x000, "'rpm1' 40 c1 30 f8 01 00 00 00  00 00 00 00  00 00 00 00"}};
// "rpm1", the fingerprint, boot 1; not let go of any session.
constexpr golden::line booted[] = {{0x040, "'rpm1' 40 c1 30 f8 01 00 00 00  00 00 00 00"}};
constexpr golden::line let_go[] = {{0x04c, "01 00 00 00"}}; // quiet: of session 1

/// Rings of which every descriptor is a buffer for good, and the words that say so.
constexpr golden::line laid_out[] = {
    {0x080, "00 02 00 00 00 00 00 00 00 02 00 00 02 00 01 00"},
    {0x090, "00 04 00 00 00 00 00 00 00 02 00 00 02 00 02 00"},
    {0x0a0, "00 06 00 00 00 00 00 00 00 02 00 00 02 00 03 00"},
    {0x0b0, "00 08 00 00 00 00 00 00 00 02 00 00 02 00 00 80"},
    {0x0c0, "00 00 04 00  00 00 01 00 02 00 03 00"},
    {0x140, "00 0a 00 00 00 00 00 00 00 02 00 00 00 00 01 00"},
    {0x150, "00 0c 00 00 00 00 00 00 00 02 00 00 00 00 02 00"},
    {0x160, "00 0e 00 00 00 00 00 00 00 02 00 00 00 00 03 00"},
    {0x170, "00 10 00 00 00 00 00 00 00 02 00 00 00 00 00 80"},
    {0x180, "01 00 00 00"},
    {0x00c, "01 00 00 00"}, // for boot 1 of the device
    {0x010, "01 00 00 00"}, // session 1 is ready
};

constexpr auto our_driver_opens_a_session() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.driver(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote(opened);

    block.peer_writes(booted);
    block.peer_writes(let_go);
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.expect(laid_out);
    block.we_wrote({
        {0x180, "01 00 01 00  00 00"},
        {0xa00, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0xa30, "00 04 00 00  00 00 00 00"}, // create
    });

    // The device gives the announcement back, acknowledges it and speaks; used lengths are those of the frames.
    block.peer_writes({
        {0x1c0, "00 00 01 00  00 00 00 00 00 02 00 00"},
        {0x100, "01 00 02 00  00 00 00 00 38 00 00 00  01 00 00 00 15 00 00 00"},
        {0x200, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x230, "00 04 00 00  02 00 00 00"}, // acknowledge
        {0x400, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(0);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x180, "01 00 02 00  00 00 01 00"},
        {0xc00, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x0c0, "00 00 06 00  00 00 01 00"},
    });
    return true;
}

constexpr auto our_device_follows_a_session() -> bool {
    auto block = golden::block<config>{};
    auto link = channel{block.device(), endpoints{endpoint<"svc-x">(golden::greeter)}};
    check(link.start().has_value());
    (void)link.poll();
    block.we_wrote(booted);

    block.peer_writes(opened);
    link.notify(0);
    (void)link.poll();
    block.we_wrote(let_go);

    block.peer_writes(laid_out);
    link.notify(0);
    (void)link.poll();
    check(link.is_up());
    block.we_wrote({
        {0x100, "01 00 01 00  00 00 00 00 38 00 00 00"},
        {0x200, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0x230, "00 04 00 00  00 00 00 00"}, // create
    });

    // The driver acknowledges and speaks.
    block.peer_writes({
        {0x180, "01 00 02 00  00 00 01 00"},
        {0xa00, "00 04 00 00  35 00 00 00  00 00 00 00  28 00 00 00  'svc-x'"},
        {0xa30, "00 04 00 00  02 00 00 00"}, // acknowledge
        {0xc00, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'hello'"},
    });
    link.notify(1);
    (void)link.poll();
    check(link.at(0).peer() == rpmsg::address{1024});
    block.we_wrote({
        {0x102, "02 00"},
        {0x10c, "01 00 00 00 15 00 00 00"},
        {0x400, "00 04 00 00  00 04 00 00  00 00 00 00  05 00 00 00  'world'"},
        {0x1c0, "00 00 02 00  00 00 00 00 00 02 00 00  01 00 00 00 00 02 00 00"},
    });
    return true;
}

TEST_CASE("rpmsg: our driver opens a session, waits, lays out the rings, announces and is acknowledged") {
    STATIC_REQUIRE(our_driver_opens_a_session());
    CHECK(our_driver_opens_a_session());
}

TEST_CASE("rpmsg: our device boots, lets go, attaches, announces, is acknowledged, hears and answers") {
    STATIC_REQUIRE(our_device_follows_a_session());
    CHECK(our_device_follows_a_session());
}

} // namespace
