#include <rpmsg/transport/vring/runtime_layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using namespace rpmsg;

/// Rings of 4 buffers at 0x100 and 0x200 of a region of 0x4000 bytes, buffers anywhere from 0x80 on; the driver's address of
/// 0x80 is 0x1'0000'0080.
constexpr auto placed = runtime_layout{.buffers_per_ring = {4, 4},
                                       .rings = {wire::place_vring(0x100, 4, 16), wire::place_vring(0x200, 4, 16)},
                                       .window = 0x80,
                                       .window_size = 0x3f80,
                                       .window_address = 0x1'0000'0080,
                                       .ring_buffers = {0x1000, 0x2000},
                                       .buffer_sizes = {512, 256},
                                       .status_offset = 0x90};

constexpr auto at(std::uint64_t offset, std::uint32_t length) -> std::uint32_t {
    return placed.offset_of(0x1'0000'0000 + offset, length);
}
constexpr auto without_fit(runtime_layout changed) -> bool { return not changed.fits(0x4000, {4, 4}); }
} // namespace

TEST_CASE("an address of the driver is found where it lies") {
    STATIC_REQUIRE(at(0x1000, 512) == 0x1000);
    STATIC_REQUIRE(at(0x3e00, 512) == 0x3e00);
    STATIC_REQUIRE(placed.address_of(0x1000) == 0x1'0000'1000);
    STATIC_REQUIRE(placed.buffer(1, 3) == 0x2300);
}

TEST_CASE("an address outside of the window, misaligned or wrapping is nowhere") {
    STATIC_REQUIRE(at(0x3e04, 512) == nowhere);
    STATIC_REQUIRE(at(0x7c, 16) == nowhere);
    STATIC_REQUIRE(at(0x1001, 16) == nowhere);
    STATIC_REQUIRE(placed.offset_of(0x1000, 16) == nowhere);
    STATIC_REQUIRE(placed.offset_of(0xffff'ffff'ffff'fff0, 0x100) == nowhere);
    STATIC_REQUIRE(at(0x1000, 0xffff'ffff) == nowhere);
}

TEST_CASE("a buffer that meets a ring or the status byte is nowhere") {
    STATIC_REQUIRE(at(0x100, 16) == nowhere);
    STATIC_REQUIRE(at(0xf0, 32) == nowhere);
    STATIC_REQUIRE(at(0x148, 4) == nowhere); // available ring
    STATIC_REQUIRE(at(0x250, 4) == nowhere); // used ring
    STATIC_REQUIRE(at(0x90, 4) == nowhere);
    STATIC_REQUIRE(at(0x94, 4) == nowhere); // the vring entries of the table
    STATIC_REQUIRE(at(0xbc, 4) == 0xbc);
    STATIC_REQUIRE(at(0x180, 0x80) == 0x180);
    STATIC_REQUIRE(at(0x180, 0x84) == nowhere);
}

TEST_CASE("a layout fits only a region that holds all of it") {
    STATIC_REQUIRE(placed.fits(0x4000, {4, 4}));
    STATIC_REQUIRE_FALSE(placed.fits(0x3ffc, {4, 4}));
    STATIC_REQUIRE_FALSE(placed.fits(0x4000, {8, 8})); // another count than the firmware was built for
    auto changed = placed;
    changed.rings[1].used = 0x3ff0;
    CHECK(without_fit(changed));
    changed = placed;
    changed.rings[0].descriptors = 0x102;
    CHECK(without_fit(changed));
    changed = placed;
    changed.rings[0].available = 0xffff'fff0;
    CHECK(without_fit(changed));
    changed = placed;
    changed.status_offset = 0x4000;
    CHECK(without_fit(changed));
    changed = placed;
    changed.rings[0].used = 0xc000'0000; // too far from its available ring
    STATIC_REQUIRE(placed.fits(0xffff'0000, {4, 4}));
    CHECK_FALSE(changed.fits(0xffff'0000, {4, 4}));
    changed = placed;
    changed.control_offset = 0x3fc0;
    CHECK(without_fit(changed));
}

namespace {
/// As above, behind a boot block at 0x80 and with a config space of 64 bytes behind the vring entries.
constexpr auto booting = [] {
    auto layout = placed;
    layout.boot_offset = 0x80;
    layout.status_offset = 0x300 + 24;
    layout.config_size = 64;
    return layout;
}();
constexpr auto is_free(std::uint64_t offset) -> bool { return booting.offset_of(0x1'0000'0000 + offset, 4) != nowhere; }
} // namespace

TEST_CASE("no buffer lies on the boot block, the head of the table or the config space") {
    STATIC_REQUIRE_FALSE(is_free(0x80));
    STATIC_REQUIRE_FALSE(is_free(0x94));
    STATIC_REQUIRE_FALSE(is_free(0x98 + 16));
    STATIC_REQUIRE(is_free(0x98 + 20));
    STATIC_REQUIRE(is_free(0x2fc));
    STATIC_REQUIRE_FALSE(is_free(0x300));
    STATIC_REQUIRE_FALSE(is_free(0x300 + 68 + 60));
    STATIC_REQUIRE(is_free(0x300 + 68 + 64));
}

TEST_CASE("a layout follows the base that the driver announces") {
    auto moved = booting;
    CHECK(moved.rebase(0x7f12'3456'7000));
    CHECK(moved.offset_of(0x7f12'3456'8000, 512) == 0x1000);
    CHECK(moved.address_of(0x1000) == 0x7f12'3456'8000);
    CHECK(moved.offset_of(0x1'0000'1000, 512) == nowhere);
}

TEST_CASE("a boot block outside of the region does not fit") {
    auto changed = booting;
    CHECK(changed.fits(0x4000, {4, 4}));
    changed.boot_offset = 0x3ff0;
    CHECK(without_fit(changed));
    changed.boot_offset = 0x82;
    CHECK(without_fit(changed));
}

TEST_CASE("the entry of the status byte may begin and end where the region does") {
    auto changed = placed;
    changed.status_offset = runtime_layout::before_status;
    CHECK_FALSE(without_fit(changed));
    changed.status_offset -= 4;
    CHECK(without_fit(changed));
    changed.status_offset = 0x4000 - sizeof(wire::vdev_entry) + runtime_layout::before_status;
    CHECK_FALSE(without_fit(changed));
    changed.status_offset += 4;
    CHECK(without_fit(changed));
}
