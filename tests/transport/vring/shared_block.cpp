#include <rpmsg/transport/vring/shared_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using rpmsg::shared_block;

constexpr auto plain =
    shared_block{.rings = {.buffers = 8}, .host_base = 0x3000'0000, .remote_base = 0x1000'0000, .size = 0x1'0000};
constexpr auto with(auto change) -> shared_block {
    auto changed = plain;
    change(changed);
    return changed;
}
} // namespace

TEST_CASE("a window holds what lies in it wholly") {
    constexpr auto window = rpmsg::address_window{.start = 0x1000, .size = 0x200};
    STATIC_REQUIRE(window.holds(0x1000, 0x200));
    STATIC_REQUIRE(window.holds(0x11ff, 1));
    STATIC_REQUIRE_FALSE(window.holds(0xfff, 1));
    STATIC_REQUIRE_FALSE(window.holds(0x1001, 0x200));
    STATIC_REQUIRE_FALSE(window.holds(0x1100, 0xffff'ffff));
}

TEST_CASE("a window at the end of the address space does not wrap") {
    constexpr auto last = rpmsg::address_window{.start = 0xffff'ffff'ffff'ff00, .size = 0x100};
    STATIC_REQUIRE(last.holds(0xffff'ffff'ffff'ff00, 0x100));
    STATIC_REQUIRE_FALSE(last.holds(0, 1));
}

TEST_CASE("a shared block admits what one of its windows holds") {
    constexpr auto two = with([](auto& c) {
        c.windows = {rpmsg::address_window{0x1000, 0x100}, rpmsg::address_window{0x2000, 0x100}};
    });
    STATIC_REQUIRE_FALSE(plain.has_windows());
    STATIC_REQUIRE(two.has_windows());
    STATIC_REQUIRE(two.admits(0x1080, 0x80));
    STATIC_REQUIRE(two.admits(0x2000, 0x100));
    STATIC_REQUIRE_FALSE(two.admits(0x1080, 0x81));
}

TEST_CASE("the device offers the name service, and the event index where the rings have it") {
    STATIC_REQUIRE(plain.features() == 1);
    STATIC_REQUIRE(with([](auto& c) { c.rings.event_index = true; }).features() == 0x2000'0001);
}

TEST_CASE("the fingerprint differs when anything differs that both images must agree on") {
    constexpr auto differs = [](auto change) { return with(change).fingerprint() != plain.fingerprint(); };
    STATIC_REQUIRE(differs([](auto& c) { c.rings.buffers = 16; }));
    STATIC_REQUIRE(differs([](auto& c) { c.host_base += 0x1000; }));
    STATIC_REQUIRE(differs([](auto& c) { c.host_base += 0x1'0000'0000; }));
    STATIC_REQUIRE(differs([](auto& c) { c.host_base += 0x8000'0000'0000'0000; }));
    STATIC_REQUIRE(differs([](auto& c) { c.remote_base += 0x1000; }));
    STATIC_REQUIRE(differs([](auto& c) { c.size += 64; }));
    STATIC_REQUIRE(differs([](auto& c) { c.windows[0] = {0x1000, 64}; }));
    STATIC_REQUIRE(differs([](auto& c) { c.windows[1].size = 64; }));
    STATIC_REQUIRE(differs([](auto& c) { c.vdev_notify_id = 9; }));
    STATIC_REQUIRE(differs([](auto& c) { c.ring_notify_ids = {1, 0}; }));
    STATIC_REQUIRE(differs([](auto& c) { c.rings.dialect = rpmsg::wire::dialects::openamp; }));
}

TEST_CASE("the fingerprint does not depend on names and on what a side keeps to itself") {
    STATIC_REQUIRE(with([](auto& c) { c.name = "another"; }).fingerprint() == plain.fingerprint());
    STATIC_REQUIRE(with([](auto& c) { c.rings.batch = 4; }).fingerprint() == plain.fingerprint());
}
