#include <rpmsg/transport/vring/block_places.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
namespace dialects = rpmsg::wire::dialects;

template <rpmsg::wire::dialect Dialect, std::uint16_t ToHost = 8> constexpr auto is_placed_as_the_layout_has_it() -> bool {
    constexpr auto config = rpmsg::vring_config{.buffers = 8,
                                                .remote_to_host_buffers = ToHost,
                                                .host_to_remote = 64,
                                                .remote_to_host = 128,
                                                .alignment = 16,
                                                .device_base = 0x1000,
                                                .dialect = Dialect};
    using layout = rpmsg::vring_layout<config>;
    constexpr auto at = rpmsg::place_block(config);
    return at.rings[0] == layout::parts(0) and at.rings[1] == layout::parts(1) and
           at.ring_buffers[0] == layout::buffer(0, 0) and at.ring_buffers[1] == layout::buffer(1, 0) and
           at.size == layout::size() and at.status == layout::status() and
           at.has_control == (layout::control() != rpmsg::nowhere) and at.has_boot == (layout::boot() != rpmsg::nowhere) and
           at.has_table() == (layout::table() != rpmsg::nowhere);
}
} // namespace

TEST_CASE("a block is placed at run time as the compiler places it, in every dialect") {
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::rpmsg>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::linux_virtio>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::linux_bufsz>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::openamp>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::openamp_bufsz>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::zephyr>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::rpmsg_lite>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::nuttx>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::nuttx_lite>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::openvela>());
}

TEST_CASE("rings of two counts are placed one behind the other, each with its own buffers") {
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::rpmsg, 2>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::linux_bufsz, 64>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::openamp, 2>());
    STATIC_REQUIRE(is_placed_as_the_layout_has_it<dialects::nuttx, 64>());
    constexpr auto uneven = rpmsg::vring_config{
        .buffers = 8, .host_to_remote_buffers = 2, .host_to_remote = 64, .remote_to_host = 128, .alignment = 16};
    constexpr auto at = rpmsg::place_block(uneven);
    STATIC_REQUIRE(at.rings[1].descriptors == rpmsg::align_up(rpmsg::wire::end_of_vring(at.rings[0], 8), 16));
    STATIC_REQUIRE(at.rings[1].available == at.rings[1].descriptors + 2 * 16);
    STATIC_REQUIRE(at.ring_buffers[0] == rpmsg::align_up(rpmsg::wire::end_of_vring(at.rings[1], 2), 16));
    STATIC_REQUIRE(at.ring_buffers[1] == at.ring_buffers[0] + 8 * 128);
    STATIC_REQUIRE(at.size == at.ring_buffers[1] + 2 * 64);
}

TEST_CASE("the size of a block is counted in more than 32 bits") {
    constexpr auto large = rpmsg::vring_config{.buffers = 32768, .buffer_size = 65536};
    STATIC_REQUIRE(rpmsg::place_block(large).size > 0x1'0000'0000);
}
