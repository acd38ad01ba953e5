#include <rpmsg/transport/vring/runtime_layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include "interop/golden.hpp"
#include <cstdint>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
namespace dialects = rpmsg::wire::dialects;

// As NuttX's simulator has it with RPMSG_VIRTIO_LITE (13.0.1): base and doorbell counts, the table at 0x18 with its vdev entry
// at 0x60, ring 0 at 0xe8, ring 1 at 0x1c8, 8 buffers of 2048 bytes from 0x2a8 (ring 0) and from 0x42a8 (ring 1).
constexpr auto config = rpmsg::vring_config{.buffers = 8, .buffer_size = 2048, .alignment = 8, .dialect = dialects::nuttx_lite};
constexpr std::uint32_t file_size = 65768;

constexpr auto at_device =
    rpmsg::runtime_layout{.buffers_per_ring = {8, 8},
                          .rings = {rpmsg::wire::place_vring(0xe8, 8, 8), rpmsg::wire::place_vring(0x1c8, 8, 8)},
                          .window = 0x2a8,
                          .window_size = 2 * 8 * 2048,
                          .status_offset = 0x78,
                          .boot_offset = 0,
                          .config_size = 64};
constexpr auto at_driver = [] {
    auto layout = at_device;
    layout.ring_buffers = {0x2a8, 0x42a8};
    layout.buffer_sizes = {2048, 2048};
    (void)layout.rebase(0x7fc5'43b5'9000);
    return layout;
}();
using block = golden::block<config, rpmsg::runtime_layout, file_size>;

/// What a live master had written, but for its base and its status: no type, no addresses of rings.
constexpr golden::line their_table[] = {
    {0x00060, "00 00 00 00 07 00 00 00 00 00 00 00 03 00 00 00"},
    {0x00070, "00 00 00 00 40 00 00 00 00 02 00 00"},
    {0x0007c, "00 00 00 00 08 00 00 00 08 00 00 00 00 00 00 00 00 00 00 00"},
    {0x00090, "00 00 00 00 08 00 00 00 08 00 00 00 00 00 00 00 00 00 00 00"},
    {0x000a4, "00 08 00 00 00 08 00 00"},
};
constexpr golden::line their_ring_0[] = {
    {0x0e8, "a8 92 b5 43 c5 7f 00 00 00 08 00 00 02 00 01 00"},
    {0x0f8, "a8 9a b5 43 c5 7f 00 00 00 08 00 00 02 00 02 00"},
    {0x108, "a8 a2 b5 43 c5 7f 00 00 00 08 00 00 02 00 03 00"},
    {0x118, "a8 aa b5 43 c5 7f 00 00 00 08 00 00 02 00 04 00"},
    {0x128, "a8 b2 b5 43 c5 7f 00 00 00 08 00 00 02 00 05 00"},
    {0x138, "a8 ba b5 43 c5 7f 00 00 00 08 00 00 02 00 06 00"},
    {0x148, "a8 c2 b5 43 c5 7f 00 00 00 08 00 00 02 00 07 00"},
    {0x158, "a8 ca b5 43 c5 7f 00 00 00 08 00 00 02 00 00 80"},
    {0x168, "00 00 08 00 00 00 01 00 02 00 03 00 04 00 05 00 06 00 07 00"},
};
constexpr golden::line their_ring_1[] = {
    {0x1c8, "a8 d2 b5 43 c5 7f 00 00 00 08 00 00 00 00 01 00"},
    {0x1d8, "a8 da b5 43 c5 7f 00 00 00 08 00 00 00 00 02 00"},
    {0x1e8, "a8 e2 b5 43 c5 7f 00 00 00 08 00 00 00 00 03 00"},
    {0x1f8, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 04 00"},
    {0x208, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 05 00"},
    {0x218, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 06 00"},
    {0x228, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 07 00"},
    {0x238, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 80"},
    {0x248, "01 00 03 00 00 00 01 00 02 00"},
};
/// Its announcements, each with bytes of its stack behind the name.
constexpr golden::line their_announcements[] = {
    {0x42a8,
     "00 04 00 00 35 00 00 00 00 00 00 00 28 00 00 00 'rpmsg-ttyproxy' 00 00 a0 10 a1 3f c5 7f 00 00 95 6f 01 40 00 00"},
    {0x42d8, "00 04 00 00 00 00 00 00"},
    {0x4aa8,
     "01 04 00 00 35 00 00 00 00 00 00 00 28 00 00 00 'rpmsg-ping' 00 3f c5 7f 00 00 50 48 a3 3f c5 7f 00 00 95 6f 01 40"},
    {0x4ad8, "01 04 00 00 00 00 00 00"},
    {0x52a8,
     "02 04 00 00 35 00 00 00 00 00 00 00 28 00 00 00 'rpmsg-test' 00 3f c5 7f 00 00 c8 48 a3 3f c5 7f 00 00 95 6f 01 40"},
    {0x52d8, "02 04 00 00 00 00 00 00"},
};

constexpr auto our_device_serves_a_live_master() -> bool {
    auto shared = block{};
    auto link = channel{shared.device(at_device), endpoints{endpoint<"rpmsg-ping">([](auto&, rpmsg::message const&) {})}};
    check(link.start().has_value());
    (void)link.poll();
    shared.peer_writes(their_table);
    shared.peer_writes({{0x000, "00 90 b5 43 c5 7f 00 00"}}); // the base: the table is filled
    (void)link.poll();
    check(not link.is_up());
    shared.we_wrote_nothing();

    shared.peer_writes(their_ring_0);
    shared.peer_writes(their_ring_1);
    shared.peer_writes(their_announcements);
    shared.peer_writes({{0x078, "04"}}); // the rings are initialised
    (void)link.poll();
    check(link.is_up());
    check(link.at(0).peer() == rpmsg::address{1025});

    // The master restarts: it clears the block, and fills it anew.
    shared.memory.content = {};
    (void)link.poll();
    check(not link.is_up());
    shared.peer_writes(their_table);
    shared.peer_writes(their_ring_0);
    shared.peer_writes({{0x000, "00 90 b5 43 c5 7f 00 00"}, {0x078, "04"}});
    (void)link.poll();
    return link.is_up();
}

constexpr auto our_driver_takes_its_words_back() -> bool {
    auto shared = block{};
    auto link = shared.driver(at_driver);
    check(link.start().has_value());
    shared.we_wrote({
        {0x00018, "01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 48 00 00 00"},
        {0x00060, "03 00 00 00 07 00 00 00 00 00 00 00 03 00 00 00"},
        {0x00070, "00 00 00 00 40 00 00 00 00 02 00 00"},
        {0x0007c, "e8 00 00 00 08 00 00 00 08 00 00 00 01 00 00 00 00 00 00 00"},
        {0x00090, "c8 01 00 00 08 00 00 00 08 00 00 00 02 00 00 00 00 00 00 00"},
        {0x000a4, "00 08 00 00 00 08 00 00"},
    });
    check(link.poll(0).event == rpmsg::link_event::up);
    shared.expect(their_ring_0);
    shared.expect({{0x078, "04"}, {0x000, "00 90 b5 43 c5 7f 00 00"}});
    auto const at_parts = [&](std::uint32_t from, std::uint32_t to) {
        for (auto i = from; i < to; ++i) {
            check(shared.memory.content[i] == shared.image.content[i]);
        }
    };
    at_parts(0, 0x168 + 20);
    link.close();
    for (auto i = 0u; i < 8; ++i) {
        check(shared.memory.content[i] == std::byte{0});
    }
    return shared.memory.content[0x78] == std::byte{0};
}

TEST_CASE("NuttX lite: our device attaches to the block of a live master, and to the next one that it lays out") {
    STATIC_REQUIRE(our_device_serves_a_live_master());
    CHECK(our_device_serves_a_live_master());
}

TEST_CASE("NuttX lite: our driver fills the table, initialises the rings, and takes its words back when it closes") {
    STATIC_REQUIRE(our_driver_takes_its_words_back());
    CHECK(our_driver_takes_its_words_back());
}

} // namespace
