#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring/rules.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string_view>

namespace {
namespace dialects = rpmsg::wire::dialects;
using rpmsg::link_rule;
using rpmsg::shared_block;

constexpr auto broken_by(auto change) -> link_rule {
    auto link = shared_block{.rings = {.buffers = 4}, .size = 0x2000};
    change(link);
    return broken_rule(link);
}
constexpr auto broken_by_places(auto change, rpmsg::wire::dialect dialect = dialects::linux_virtio) -> link_rule {
    auto places = rpmsg::vendor_places{.region = 0x1000,
                                       .rings = {0x1000, 0x2000},
                                       .window = 0x3000,
                                       .window_size = 0x4000,
                                       .driver_buffers = {0x3000, 0x4000}};
    change(places);
    return broken_rule(rpmsg::vring_config{.buffers = 8, .dialect = dialect}, places);
}
} // namespace

TEST_CASE("each rule of a configuration is broken alone, at its edge") {
    STATIC_REQUIRE(broken_by([](auto&) {}) == link_rule::none);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.buffers = 0; }) == link_rule::buffers_no_power);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.buffers = 6; }) == link_rule::buffers_no_power);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.remote_to_host = 16; }) == link_rule::size_too_small);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.remote_to_host = 20; }) == link_rule::none);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.host_to_remote = 66; }) == link_rule::size_no_multiple);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.host_to_remote = 65540; }) == link_rule::size_too_large);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.device_base = 4; }) == link_rule::base_unaligned);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.alignment = 0; }) == link_rule::alignment_no_power);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.alignment = 0x20'0000; }) == link_rule::alignment_too_large);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.ring_stride = 0x120; }) == link_rule::stride_unaligned);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.batch = 0; }) == link_rule::batch);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.batch = 4; }) == link_rule::none);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.batch = 5; }) == link_rule::batch);
}

TEST_CASE("the counts of both rings obey the rules, and differ only where the peer permits it") {
    constexpr auto with_counts = [](std::uint16_t ring_0, std::uint16_t ring_1, std::uint16_t batch = 1) {
        return broken_by([&](auto& l) {
            l.rings.remote_to_host_buffers = ring_0;
            l.rings.host_to_remote_buffers = ring_1;
            l.rings.batch = batch;
        });
    };
    STATIC_REQUIRE(with_counts(2, 4) == link_rule::none);
    STATIC_REQUIRE(with_counts(3, 4) == link_rule::buffers_no_power);
    STATIC_REQUIRE(with_counts(4, 6) == link_rule::buffers_no_power);
    STATIC_REQUIRE(with_counts(2, 4, 2) == link_rule::none);
    STATIC_REQUIRE(with_counts(2, 4, 3) == link_rule::batch);
    STATIC_REQUIRE(with_counts(4, 2, 3) == link_rule::batch);
    constexpr auto beside = [](rpmsg::wire::dialect dialect) {
        return broken_rule(rpmsg::vring_config{.buffers = 4, .host_to_remote_buffers = 2, .dialect = dialect});
    };
    for (auto const dialect : {dialects::rpmsg, dialects::openamp, dialects::openamp_bufsz, dialects::linux_bufsz,
                               dialects::nuttx, dialects::nuttx_lite, dialects::openvela}) {
        CHECK(beside(dialect) == link_rule::none);
    }
    STATIC_REQUIRE(beside(dialects::linux_virtio) == link_rule::two_counts);
    STATIC_REQUIRE(beside(dialects::rpmsg_lite) == link_rule::two_counts);
    STATIC_REQUIRE(beside(dialects::zephyr) == link_rule::two_counts);
}

TEST_CASE("a stride holds the larger ring") {
    constexpr auto with_stride = [](std::uint32_t stride) {
        return broken_by([&](auto& l) { l.rings.remote_to_host_buffers = 2, l.rings.ring_stride = stride; });
    };
    STATIC_REQUIRE(with_stride(128) == link_rule::stride_too_small); // it holds ring 0
    STATIC_REQUIRE(with_stride(192) == link_rule::none);
}

TEST_CASE("each rule of a contiguous block is broken alone, at its edge") {
    constexpr auto with_stride = [](std::uint32_t stride) { return broken_by([&](auto& l) { l.rings.ring_stride = stride; }); };
    STATIC_REQUIRE(with_stride(64) == link_rule::stride_too_small);
    STATIC_REQUIRE(with_stride(128) == link_rule::stride_too_small);
    STATIC_REQUIRE(with_stride(192) == link_rule::none);
    STATIC_REQUIRE(with_stride(0x0400'0000) == link_rule::block_over_4_gib);
    STATIC_REQUIRE(broken_by([](auto& l) { l.rings.buffers = 32768, l.rings.buffer_size = 65536; }) ==
                   link_rule::block_over_4_gib);
    constexpr auto with_base = [](std::uint64_t base) { return broken_by([&](auto& l) { l.rings.device_base = base; }); };
    STATIC_REQUIRE(with_base(0x1'0000'0000 - 0x1200) == link_rule::none);
    STATIC_REQUIRE(with_base(0x1'0000'0000 - 0x11f8) == link_rule::buffers_across_4_gib);
    STATIC_REQUIRE(with_base(0x1'0000'0000 - 0x200) == link_rule::none);
}

TEST_CASE("notify ids are those of Linux, those that vendors number from 0, or left to the host") {
    constexpr auto with_ids = [](std::uint32_t device, std::uint32_t ring_0, std::uint32_t ring_1) {
        return broken_by([&](auto& l) { l.vdev_notify_id = device, l.ring_notify_ids = {ring_0, ring_1}; });
    };
    STATIC_REQUIRE(with_ids(2, 0, 1) == link_rule::none);
    STATIC_REQUIRE(with_ids(0, 0, 1) == link_rule::none); // Zephyr, ST, NXP
    STATIC_REQUIRE(with_ids(0, 1, 2) == link_rule::none);
    STATIC_REQUIRE(with_ids(0, 0, 0) == link_rule::none); // Renesas, TI's PRU
    STATIC_REQUIRE(with_ids(0, 1, 1) == link_rule::notify_ids);
    STATIC_REQUIRE(with_ids(1, 0, 0) == link_rule::notify_ids);
    STATIC_REQUIRE(with_ids(1, 0, 1) == link_rule::notify_ids);
    STATIC_REQUIRE(with_ids(1, 1, 2) == link_rule::notify_ids);
}

TEST_CASE("each rule of a vendor's places is broken alone") {
    STATIC_REQUIRE(broken_by_places([](auto&) {}) == link_rule::none);
    STATIC_REQUIRE(broken_by_places([](auto&) {}, dialects::nuttx) == link_rule::places_of_dialect);
    STATIC_REQUIRE(broken_by_places([](auto&) {}, dialects::zephyr) == link_rule::places_without_status);
    STATIC_REQUIRE(broken_by_places([](auto& at) { at.rings[1] = 0x2010; }) == link_rule::places_unaligned);
    STATIC_REQUIRE(broken_by_places([](auto& at) { at.rings[0] = 0xfc0; }) == link_rule::places_outside);
    STATIC_REQUIRE(broken_by_places([](auto& at) { at.driver_buffers[1] = 0x6004; }) == link_rule::places_outside_window);
    STATIC_REQUIRE(broken_by_places([](auto& at) { at.driver_buffers[1] = 0x3ffc; }) == link_rule::places_overlap);
    STATIC_REQUIRE(broken_by_places([](auto& at) { at.rings[1] = 0x1100; }) == link_rule::places_overlap);
}

TEST_CASE("every rule has words of its own") {
    for (auto i = 0u; i <= static_cast<unsigned>(link_rule::trace_outside); ++i) {
        CHECK_FALSE(describe(static_cast<link_rule>(i)).empty());
        for (auto j = 0u; j < i; ++j) {
            CHECK(describe(static_cast<link_rule>(i)) != describe(static_cast<link_rule>(j)));
        }
    }
    STATIC_REQUIRE(describe(link_rule::batch) == "a batch is 1 to all of the buffers");
    STATIC_REQUIRE(describe(link_rule::notify_ids).starts_with("each ring needs a notify id of its own"));
    STATIC_REQUIRE(describe(link_rule::places_overlap).starts_with("two parts of the block overlap"));
}
