#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace {
namespace dialects = rpmsg::wire::dialects;
using rpmsg::shared_block;
using rpmsg::shared_block_plan;

constexpr auto ours =
    shared_block{.rings = {.buffers = 8}, .host_base = 0x3000'0000, .remote_base = 0x1000'0000, .size = 0x3000};
constexpr auto for_openamp = shared_block{.rings = {.buffers = 4, .device_base = 0x1000'0000, .dialect = dialects::openamp},
                                          .host_base = 0x3000'0000,
                                          .remote_base = 0x1000'0000,
                                          .size = 0x2000,
                                          .vdev_notify_id = 31,
                                          .ring_notify_ids = {5, 6}};
constexpr auto for_linux =
    shared_block{.rings = {.buffers = 16, .alignment = 4096, .device_base = 0x1004'0000, .dialect = dialects::linux_virtio},
                 .host_base = 0x1004'0000,
                 .remote_base = 0x1004'0000,
                 .size = 0x8000};
constexpr auto for_linux_with_sizes = shared_block{.rings = {.buffers = 16,
                                                             .host_to_remote = 256,
                                                             .remote_to_host = 1024,
                                                             .alignment = 4096,
                                                             .device_base = 0x1004'0000,
                                                             .dialect = dialects::linux_bufsz},
                                                   .host_base = 0x1004'0000,
                                                   .remote_base = 0x1004'0000,
                                                   .size = 0xa000};
constexpr auto with_windows =
    shared_block{.rings = {.buffers = 8},
                 .size = 0x3000,
                 .windows = {rpmsg::address_window{.start = shared_block_plan<ours>::layout::buffers, .size = 0x2000},
                             rpmsg::address_window{.start = 0x10'0000, .size = 0x1000}}};

// The plan of a firmware.
[[gnu::section(".resource_table"), gnu::used]] constinit auto table = rpmsg::resource_table_of<for_openamp>();
} // namespace

TEST_CASE("the ring offsets are those of the transport") {
    STATIC_REQUIRE(std::is_same_v<shared_block_plan<ours>::layout, rpmsg::vring_layout<ours.rings>>);
    STATIC_REQUIRE(shared_block_plan<ours>::layout::ring_0 == 128);
    STATIC_REQUIRE(shared_block_plan<with_windows>::layout::size() <= with_windows.size);
}

TEST_CASE("the table says where the remote sees the rings") {
    constexpr auto made = rpmsg::resource_table_of<for_openamp>();
    using layout = shared_block_plan<for_openamp>::layout;
    STATIC_REQUIRE(made.version == 1 and made.count == 1 and made.offset == 20);
    STATIC_REQUIRE(made.vdev.notify_id == 31 and made.vdev.device_features == 1 and made.vdev.status == 0);
    STATIC_REQUIRE(made.vrings[0].device_address == 0x1000'0000 + layout::ring_0);
    STATIC_REQUIRE(made.vrings[1].device_address == 0x1000'0000 + layout::ring_1);
    STATIC_REQUIRE(made.vrings[0].alignment == 64 and made.vrings[1].count == 4);
    STATIC_REQUIRE(made.vrings[0].notify_id == 5 and made.vrings[1].notify_id == 6);
}

TEST_CASE("OpenAMP with buffer sizes gets the size of the host's buffers first, behind the rings of the table") {
    constexpr auto link = [] {
        auto sized = for_openamp;
        sized.rings.dialect = dialects::openamp_bufsz;
        sized.rings.host_to_remote = 256;
        sized.rings.remote_to_host = 128;
        return sized;
    }();
    constexpr auto made = rpmsg::resource_table_of<link>();
    STATIC_REQUIRE(made.table.vdev.config_length == 11 and made.table.vdev.device_features == 3);
    STATIC_REQUIRE(made.config.version == 1 and made.config.size[0] == 11);
    STATIC_REQUIRE(made.config.transmit_size[0] == 0 and made.config.transmit_size[1] == 1); // 256, the host's
    STATIC_REQUIRE(made.config.receive_size[0] == 128);
    STATIC_REQUIRE(shared_block_plan<link>::layout::table() + sizeof(made) <= shared_block_plan<link>::layout::ring_0);
}

TEST_CASE("the table is read back as it was meant") {
    constexpr auto found = [] {
        auto raw = std::array<std::byte, sizeof(rpmsg::wire::resource_table)>{};
        rpmsg::store(raw, rpmsg::resource_table_of<for_openamp>());
        return rpmsg::wire::read_resource_table(raw);
    }();
    STATIC_REQUIRE(found.has_value());
    STATIC_REQUIRE(found->vdev_offset + offsetof(rpmsg::wire::vdev_entry, status) ==
                   shared_block_plan<for_openamp>::layout::status());
}

TEST_CASE("The table for Linux has three carveouts of whole pages, one behind the other") {
    constexpr auto made = rpmsg::resource_table_of<for_linux>();
    STATIC_REQUIRE(made.carveouts[0].name.view() == "vdev0vring0");
    STATIC_REQUIRE(made.carveouts[2].name.view() == "vdev0buffer");
    STATIC_REQUIRE(made.carveouts[0].device_address == made.vrings[0].device_address);
    STATIC_REQUIRE(made.carveouts[1].device_address == made.vrings[1].device_address);
    STATIC_REQUIRE(made.carveouts[0].device_address + made.carveouts[0].length == made.carveouts[1].device_address);
    STATIC_REQUIRE(made.carveouts[1].device_address + made.carveouts[1].length == made.carveouts[2].device_address);
    STATIC_REQUIRE(made.carveouts[2].length == 2 * 16 * 512);
    STATIC_REQUIRE(made.carveouts[0].length % 4096 == 0 and made.carveouts[0].device_address % 4096 == 0);
}

TEST_CASE("Linux is offered the sizes of buffers in a config space behind the rings, where the layout expects it") {
    constexpr auto made = rpmsg::resource_table_of<for_linux_with_sizes>();
    using layout = shared_block_plan<for_linux_with_sizes>::layout;
    STATIC_REQUIRE(made.table.vdev.device_features == 0b11 and made.table.vdev.config_length == 11);
    STATIC_REQUIRE(made.config.transmit_size[1] == 4 and made.config.receive_size[1] == 1);
    STATIC_REQUIRE(layout::status() == offsetof(rpmsg::wire::carveout_table, vdev) + offsetof(rpmsg::wire::vdev_entry, status));
    STATIC_REQUIRE(layout::ring_0 >= sizeof(made));
    STATIC_REQUIRE(made.table.carveouts[0].device_address == made.table.vrings[0].device_address);
}

TEST_CASE("the table of a firmware can be written by the driver") {
    REQUIRE(table.vdev.status == 0);
    auto volatile* const status = &table.vdev.status;
    *status = rpmsg::wire::device_status::driver_ok;
    CHECK(*status == 4);
    *status = 0;
}
