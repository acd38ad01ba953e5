#include <rpmsg/transport/vring/block_places.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
namespace dialects = rpmsg::wire::dialects;

template <rpmsg::wire::dialect Dialect> constexpr auto is_placed_as_the_layout_has_it() -> bool {
    constexpr auto config = rpmsg::vring_config{
        .buffers = 8, .host_to_remote = 64, .remote_to_host = 128, .alignment = 16, .device_base = 0x1000, .dialect = Dialect};
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

TEST_CASE("the size of a block is counted in more than 32 bits") {
    constexpr auto large = rpmsg::vring_config{.buffers = 32768, .buffer_size = 65536};
    STATIC_REQUIRE(rpmsg::place_block(large).size > 0x1'0000'0000);
}
