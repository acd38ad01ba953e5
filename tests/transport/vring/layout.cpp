#include <rpmsg/transport/vring/layout.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using namespace rpmsg;

template <std::uint16_t Count, std::uint32_t Alignment>
using lite = vring_layout<vring_config{.buffers = Count, .alignment = Alignment, .dialect = wire::dialects::rpmsg_lite}>;
using ours = vring_layout<vring_config{.buffers = 8, .buffer_size = 512, .alignment = 64}>;
using for_openamp =
    vring_layout<vring_config{.buffers = 4, .buffer_size = 512, .alignment = 64, .dialect = wire::dialects::openamp}>;
using based = vring_layout<vring_config{.buffers = 2, .buffer_size = 64, .alignment = 16, .device_base = 0x9000'0000}>;
template <wire::dialect Dialect>
using with_table =
    vring_layout<vring_config{.buffers = 8, .buffer_size = 2048, .alignment = 8, .device_base = 0x1000, .dialect = Dialect}>;
using uneven = vring_layout<vring_config{.buffers = 4, .host_to_remote = 128, .remote_to_host = 64}>;

struct cached {
    static constexpr std::uint32_t line = 64;
};
struct coherent {};
} // namespace

TEST_CASE("rpmsg-lite's rings lie where its own platform headers put them") {
    STATIC_REQUIRE(lite<2, 16>::ring_1 == 0x50);
    STATIC_REQUIRE(lite<4, 16>::ring_1 == 0x80);
    STATIC_REQUIRE(lite<8, 16>::ring_1 == 0xf0);
    STATIC_REQUIRE(lite<16, 16>::ring_1 == 0x1c0);
    STATIC_REQUIRE(lite<32, 16>::ring_1 == 0x360);
    STATIC_REQUIRE(lite<64, 16>::ring_1 == 0x6a0);
    STATIC_REQUIRE(lite<128, 16>::ring_1 == 0xd20);
    STATIC_REQUIRE(lite<256, 16>::ring_1 == 0x1a20);
    STATIC_REQUIRE(lite<4, 16>::buffers == 0x100);
    STATIC_REQUIRE(lite<4, 16>::buffer(1, 0) == 0x900);
}

TEST_CASE("the ring stride of ports that face Linux is a setting") {
    using facing_linux = vring_layout<vring_config{
        .buffers = 256, .alignment = 4096, .ring_stride = 0x8000, .dialect = wire::dialects::rpmsg_lite}>;
    STATIC_REQUIRE(facing_linux::ring_1 == 0x8000);
    STATIC_REQUIRE(facing_linux::buffers == 0x1'0000);
}

TEST_CASE("only the dialects that have them begin with a control block or a table") {
    STATIC_REQUIRE(ours::control() == 0);
    STATIC_REQUIRE(ours::status() == nowhere);
    STATIC_REQUIRE(ours::ring_0 == 128);
    STATIC_REQUIRE(for_openamp::control() == nowhere);
    STATIC_REQUIRE(for_openamp::status() == 44);
    STATIC_REQUIRE(for_openamp::ring_0 == 128);
    STATIC_REQUIRE(lite<4, 16>::status() == nowhere);
    STATIC_REQUIRE(lite<4, 16>::ring_0 == 0);
}

TEST_CASE("buffers of both directions follow each other with their own size") {
    STATIC_REQUIRE(uneven::buffer(0, 1) - uneven::buffer(0, 0) == 64);
    STATIC_REQUIRE(uneven::buffer(1, 0) - uneven::buffer(0, 0) == 4 * 64);
    STATIC_REQUIRE(uneven::buffer(1, 3) + 128 == uneven::size());
}

TEST_CASE("an address is found in the buffers and nowhere else") {
    STATIC_REQUIRE(based::offset_of(based::address_of(based::buffer(1, 1)), 64) == based::buffer(1, 1));
    STATIC_REQUIRE(based::offset_of(based::address_of(based::buffer(1, 1)) + 4, 64) == nowhere);
    STATIC_REQUIRE(based::offset_of(based::address_of(based::ring_0), 16) == nowhere);
    STATIC_REQUIRE(based::offset_of(based::buffer(0, 0), 64) == nowhere);
    STATIC_REQUIRE(based::offset_of(based::address_of(based::buffer(0, 0)) + 0x1'0000'0000, 64) == nowhere);
    STATIC_REQUIRE(based::offset_of(based::address_of(based::buffer(0, 0)) + 2, 16) == nowhere);
    STATIC_REQUIRE(based::offset_of(based::address_of(based::buffer(0, 0)), 0xffff'ffff) == nowhere);
}

TEST_CASE("a region must hold the whole block") {
    STATIC_REQUIRE(ours::fits(ours::size(), {8, 8}));
    STATIC_REQUIRE_FALSE(ours::fits(ours::size() - 1, {8, 8}));
}

TEST_CASE("openvela's table and rings lie where its driver has them, and a NuttX peer is given the same block") {
    using openvela = with_table<wire::dialects::openvela>;
    STATIC_REQUIRE(openvela::boot() == 0);
    STATIC_REQUIRE(openvela::status() == 24 + 72 + 24);
    STATIC_REQUIRE(openvela::ring_0 == 232);
    STATIC_REQUIRE(openvela::parts(0).used == 232 + 152);
    STATIC_REQUIRE(openvela::ring_1 == 456);
    STATIC_REQUIRE(openvela::buffers == 680);
    STATIC_REQUIRE(with_table<wire::dialects::nuttx>::parts(1) == openvela::parts(1));
    STATIC_REQUIRE(ours::boot() == nowhere);
}

TEST_CASE("for Linux with buffer sizes the table has carveouts and a config space") {
    using sized = with_table<wire::dialects::linux_bufsz>;
    STATIC_REQUIRE(sized::status() == 200 + 24);
    STATIC_REQUIRE(sized::ring_0 == sizeof(wire::sized_carveout_table));
}

TEST_CASE("for OpenAMP with buffer sizes the config space follows the smallest table") {
    using sized = with_table<wire::dialects::openamp_bufsz>;
    STATIC_REQUIRE(sized::status() == with_table<wire::dialects::openamp>::status());
    STATIC_REQUIRE(sized::ring_0 == align_up(sizeof(wire::sized_table<wire::resource_table>), 8));
}

TEST_CASE("a computed layout follows no other base than its own") {
    STATIC_REQUIRE(with_table<wire::dialects::nuttx>::rebase(0x1000));
    STATIC_REQUIRE_FALSE(with_table<wire::dialects::nuttx>::rebase(0x2000));
}

TEST_CASE("a ring may end where its memory ends, and not a byte later") {
    constexpr auto ring = wire::vring_parts{.descriptors = 0x40, .available = 0x80, .used = 0xa0}; // of 4 buffers
    STATIC_REQUIRE(detail::holds_ring(ring, 4, 0xa0 + 38));
    STATIC_REQUIRE_FALSE(detail::holds_ring(ring, 4, 0xa0 + 37));
    constexpr auto backwards = wire::vring_parts{.descriptors = 0x40, .available = 0x80, .used = 0};
    STATIC_REQUIRE(detail::holds_ring(backwards, 4, 0x80 + 14));
    STATIC_REQUIRE_FALSE(detail::holds_ring(backwards, 4, 0x80 + 13));
    constexpr auto descriptors_last = wire::vring_parts{.descriptors = 0x80, .available = 0x40, .used = 0};
    STATIC_REQUIRE(detail::holds_ring(descriptors_last, 4, 0x80 + 64));
    STATIC_REQUIRE_FALSE(detail::holds_ring(descriptors_last, 4, 0x80 + 63));
}

TEST_CASE("no cache line of a region with a cache may hold bytes of both sides") {
    constexpr auto whole = vring_config{.host_to_remote = 128, .remote_to_host = 192, .alignment = 64};
    constexpr auto rings = vring_config{.host_to_remote = 128, .remote_to_host = 192, .alignment = 32};
    constexpr auto to_remote = vring_config{.host_to_remote = 96, .remote_to_host = 192, .alignment = 64};
    constexpr auto to_host = vring_config{.host_to_remote = 128, .remote_to_host = 96, .alignment = 64};
    STATIC_REQUIRE(shares_no_line<whole, cached>);
    STATIC_REQUIRE_FALSE(shares_no_line<rings, cached>);
    STATIC_REQUIRE_FALSE(shares_no_line<to_remote, cached>);
    STATIC_REQUIRE_FALSE(shares_no_line<to_host, cached>);
    STATIC_REQUIRE(shares_no_line<to_host, coherent>);
}
