#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/vring/fixed_layout.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace {

using rpmsg::nowhere;
using rpmsg::vendor_places;
using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

/// A layout of a vendor: the rings, their addresses, and the size of the region in bytes.
struct vendor {
    vring_config rings{};
    vendor_places places{};
    std::uint32_t size{};
};

constexpr auto for_linux(std::uint16_t buffers, std::uint32_t alignment = 4096) -> vring_config {
    return {.buffers = buffers, .alignment = alignment, .dialect = dialects::linux_virtio};
}
/// Separate rings, then the buffers, as in most device trees; the driver's buffers of ring 1 follow those of ring 0.
constexpr auto rings_first(vring_config rings, std::uint64_t ring_0, std::uint64_t ring_1, std::uint64_t window,
                           std::uint32_t window_size) -> vendor {
    return {.rings = rings,
            .places = {.region = ring_0,
                       .rings = {ring_0, ring_1},
                       .window = window,
                       .window_size = window_size,
                       .driver_buffers = {window, window + 512u * rings.buffers}},
            .size = static_cast<std::uint32_t>(window + window_size - ring_0)};
}
constexpr auto buffers_first(vring_config rings, std::uint64_t window, std::uint64_t ring_0, std::uint64_t ring_1,
                             std::uint32_t ring_size) -> vendor {
    return {.rings = rings,
            .places = {.region = window,
                       .rings = {ring_0, ring_1},
                       .window = window,
                       .window_size = static_cast<std::uint32_t>(ring_0 - window),
                       .driver_buffers = {window, window + 512u * rings.buffers}},
            .size = static_cast<std::uint32_t>(ring_1 + ring_size - window)};
}
/// The status byte, then the buffers, then the rings.
constexpr auto status_first(std::uint16_t buffers, std::uint64_t status, std::uint64_t ring_0, std::uint64_t ring_1) -> vendor {
    auto const lower = ring_0 < ring_1 ? ring_0 : ring_1;
    auto const window = status + 0x400;
    return {.rings = {.buffers = buffers, .alignment = 4, .dialect = dialects::zephyr},
            .places = {.region = status,
                       .rings = {ring_0, ring_1},
                       .window = window,
                       .window_size = static_cast<std::uint32_t>(lower - window),
                       .driver_buffers = {window, window + 512u * buffers},
                       .status = status},
            .size = 0x8000};
}

// Linux, arch/arm64/boot/dts/freescale/imx8mm-phycore-rpmsg.dtso.
constexpr auto imx8mm = rings_first(for_linux(256), 0xb800'0000, 0xb800'8000, 0xb840'0000, 0x10'0000);
// Linux, arch/arm64/boot/dts/freescale/imx93-phycore-rpmsg.dtso.
constexpr auto imx93 = rings_first(for_linux(256), 0xa400'0000, 0xa400'8000, 0xa402'0000, 0x10'0000);
// The second RPMsg device of the same table.
constexpr auto imx93_second = rings_first(for_linux(256), 0xa401'0000, 0xa401'8000, 0xa402'0000, 0x10'0000);
// Linux, patches of imx_rproc for the i.MX8QXP: two devices share the buffers.
constexpr auto imx8qxp = rings_first(for_linux(256), 0x9000'0000, 0x9000'8000, 0x9040'0000, 0x10'0000);
// Linux, Documentation/devicetree/bindings/remoteproc/fsl,imx-rproc.yaml and the DSP of the i.MX8MP.
constexpr auto imx8mp_dsp = rings_first(for_linux(256), 0x942f'0000, 0x942f'8000, 0x9430'0000, 0x10'0000);
// Linux, arch/arm/boot/dts/st/stm32mp15xx-dkx.dtsi; STM32CubeMP1 aligns the parts of its rings to 16 bytes.
constexpr auto stm32mp157 = rings_first(for_linux(16, 16), 0x1004'0000, 0x1004'1000, 0x1004'2000, 0x4000);
// Xilinx, ZynqMP's R5: open-amp, apps/machine/zynqmp_r5/rsc_table.c.
constexpr auto zynqmp_r5 = rings_first(for_linux(256), 0x3ed4'0000, 0x3ed4'4000, 0x3ed4'8000, 0x10'0000);
// Sunplus SP7021's device tree.
constexpr auto sp7021 = rings_first(for_linux(256), 0x1e80'0000, 0x1e80'4000, 0x1e80'8000, 0x10'0000);
// MediaTek MT8183: Linux, Documentation/devicetree/bindings/remoteproc/mtk,apu.yaml as it was proposed.
constexpr auto mt8183 = buffers_first(for_linux(16), 0x5290'0000, 0x5290'4000, 0x5290'6000, 0x2000);
// Allwinner T527's DSP: its device tree, where the buffers have 256 KiB before the rings.
constexpr auto t527_dsp = buffers_first(for_linux(128), 0x4ac0'0000, 0x4ac4'0000, 0x4ac4'2000, 0x2000);
// Zephyr, samples/subsys/ipc/openamp/common.h on the MPS2+ AN521.
constexpr auto zephyr_an521 = status_first(16, 0x2818'0000, 0x2818'7c00, 0x2818'7800);
// Zephyr, samples of Bluetooth HCI over RPMsg on the nRF5340.
constexpr auto zephyr_nrf5340 = status_first(16, 0x2007'0000, 0x2007'7c00, 0x2007'7800);
// TF-M, platform/ext/target/arm/musca_b1: the mailbox of its secure element.
constexpr auto tfm_musca = status_first(8, 0x2000'0000, 0x2000'7c00, 0x2000'7800);

// Renesas RZ/G2L, OpenAMP of its Multi-OS package: the table, rings at multiples of 256 and buffers, each in a region of its own.
constexpr auto rz_g2l = [] {
    auto made = rings_first({.buffers = 512, .alignment = 256, .dialect = dialects::openamp}, 0x4300'0000, 0x4305'0000,
                            0x4320'0000, 0x30'0000);
    made.places.region = made.places.table = 0x42f0'0000;
    made.places.status = made.places.table + 20 + 24;
    made.size = 0x60'0000;
    return made;
}();

template <vendor Vendor> using layout_of = rpmsg::fixed_layout<Vendor.rings, Vendor.places>;

/// The offsets are those of the vendor and inside the region, and an address outside of the buffers is refused.
template <vendor Vendor> constexpr auto is_as_shipped() -> bool {
    using layout = layout_of<Vendor>;
    auto const& at = Vendor.places;
    auto const last = at.window + Vendor.places.window_size;
    auto well = layout::fits(Vendor.size, Vendor.rings.counts()) and not layout::fits(Vendor.size / 2, Vendor.rings.counts());
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        well = well and layout::parts(ring).descriptors == at.rings[ring] - at.region;
        auto const buffer = layout::buffer(ring, Vendor.rings.buffers - 1u);
        well = well and layout::offset_of(layout::address_of(buffer), 512) == buffer;
    }
    return well and layout::offset_of(at.window, 16) == at.window - at.region and
           layout::offset_of(last - 512, 512) == last - 512 - at.region and layout::offset_of(last - 512, 513) == nowhere and
           layout::offset_of(at.window - 4, 16) == nowhere and layout::offset_of(at.rings[0], 16) == nowhere and
           layout::offset_of(at.window + 0x1'0000'0000, 16) == nowhere;
}

/// Both roles exchange more messages than a ring has buffers.
template <vring_config Rings>
auto speak_over(rpmsg::mapped_region<> region, rpmsg::link_layout auto const& of_device,
                rpmsg::link_layout auto const& of_driver) -> bool {
    using bell = rpmsg::doorbell_ref<rpmsg::testing::counting_bell>;
    using memory = rpmsg::mapped_region<>;
    using device = rpmsg::vring_device<Rings, memory, bell, std::remove_cvref_t<decltype(of_device)>>;
    using driver = rpmsg::vring_driver<Rings, memory, bell, std::remove_cvref_t<decltype(of_driver)>>;
    auto to_driver = rpmsg::testing::counting_bell{};
    auto to_device = rpmsg::testing::counting_bell{};
    auto echo = rpmsg::channel{
        device{region, bell{to_driver}, of_device},
        rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) { (void)link.reply(m, m.payload); })}};
    auto answers = 0u;
    auto host = rpmsg::channel{
        driver{region, bell{to_device}, of_driver},
        rpmsg::endpoints{rpmsg::endpoint<"echo">([&](auto&, rpmsg::message const& m) { answers += m.payload.size() == 8; })}};
    if (not host.start() or not echo.start()) {
        return false;
    }
    auto const rounds = 3u * Rings.buffers;
    for (auto i = 0u; i < rounds + 8; ++i) {
        to_device.forward(echo);
        (void)echo.poll(i);
        to_driver.forward(host);
        (void)host.poll(i);
        if (i >= 8) {
            (void)host.template get<"echo">().send(std::array<std::byte, 8>{});
        }
    }
    to_device.forward(echo);
    (void)echo.poll(rounds);
    (void)host.poll(rounds);
    return answers == rounds;
}

template <vendor Vendor> auto speaks() -> bool {
    using layout = layout_of<Vendor>;
    auto memory = std::vector<std::uint64_t>(Vendor.size / 8);
    auto region = rpmsg::mapped_region{reinterpret_cast<std::byte*>(memory.data()), Vendor.size};
    if constexpr (Vendor.places.table != 0) {
        auto table = rpmsg::wire::resource_table{};
        table.vdev.device_features = Vendor.rings.dialect.features;
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            table.vrings[ring] = {.device_address = static_cast<std::uint32_t>(Vendor.places.rings[ring]),
                                  .alignment = Vendor.rings.alignment,
                                  .count = Vendor.rings.count_of(ring)};
        }
        rpmsg::store(region.view(layout::table(), sizeof(table)), table);
    }
    return speak_over<Vendor.rings>(region, layout{}, layout{});
}

template <vendor... Vendors> struct list {
    static constexpr auto are_as_shipped() -> bool { return (... and is_as_shipped<Vendors>()); }
    static auto speak() -> bool { return (... and speaks<Vendors>()); }
};
using shipped = list<imx8mm, imx93, imx93_second, imx8qxp, imx8mp_dsp, stm32mp157, zynqmp_r5, sp7021, mt8183, t527_dsp,
                     zephyr_an521, zephyr_nrf5340, tfm_musca, rz_g2l>;

TEST_CASE("The layouts that vendors ship can be said, and nothing outside of their buffers is one") {
    STATIC_REQUIRE(shipped::are_as_shipped());
}

TEST_CASE("Both roles exchange messages over each layout of a vendor") { CHECK(shipped::speak()); }

// Where the host chooses the places, the table has none until it has come.
namespace {
struct chosen_by_host {
    rpmsg::vring_config rings{};
    std::uint32_t pool{};
    std::uint32_t pool_size{};
    std::array<std::uint32_t, 2> chosen{}; ///< as Linux allocates them from the pool
};
// TI K3: Linux, arch/arm64/boot/dts/ti/k3-am642-evm.dts; the table of TI's MCU+ SDK leaves the rings to Linux.
constexpr auto ti_k3 = chosen_by_host{for_linux(256), 0xa000'0000, 0x10'0000, {0xa000'0000, 0xa000'4000}};
// TI's PRU: pru-software-support-package, examples/am335x/PRU_RPMsg_Echo_Interrupt0, resource_table_0.h.
constexpr auto ti_pru = chosen_by_host{for_linux(16, 16), 0x9c90'0000, 0x8000, {0x9c90'0000, 0x9c90'1000}};

template <chosen_by_host Vendor> auto waits_for_its_host() -> bool {
    namespace wire = rpmsg::wire;
    auto table = wire::resource_table{};
    table.vdev.device_features = 1;
    for (auto& ring : table.vrings) {
        ring = {.device_address = wire::any_place, .alignment = Vendor.rings.alignment, .count = Vendor.rings.buffers};
    }
    auto const read = [&] {
        auto raw = std::array<std::byte, sizeof(table)>{};
        rpmsg::store(raw, table);
        return wire::read_resource_table(raw);
    };
    auto well = read().error() == rpmsg::error::not_placed;
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        table.vrings[ring].device_address = Vendor.chosen[ring];
        table.vrings[ring].notify_id = ring;
    }
    auto const memory_of = rpmsg::table_memory{.region = Vendor.pool, .window = Vendor.pool, .window_size = Vendor.pool_size};
    auto const device = rpmsg::layout_of(*read(), memory_of);
    auto host = device;
    host.ring_buffers = {Vendor.pool_size / 4, Vendor.pool_size / 2};
    host.buffer_sizes = {512, 512};
    auto memory = std::vector<std::uint64_t>(Vendor.pool_size / 8);
    auto const region = rpmsg::mapped_region{reinterpret_cast<std::byte*>(memory.data()), Vendor.pool_size};
    well = well and speak_over<Vendor.rings>(region, device, host);
    table.vrings[0].device_address = Vendor.pool - 0x1000; // where the device has no memory
    return well and not speak_over<Vendor.rings>(region, rpmsg::layout_of(*read(), memory_of), host);
}
} // namespace

TEST_CASE("A device whose host chooses the places waits for them and refuses those outside of its memory") {
    CHECK(waits_for_its_host<ti_k3>());
    CHECK(waits_for_its_host<ti_pru>());
}

TEST_CASE("A base is followed only where it is the one that is known") {
    STATIC_REQUIRE(layout_of<imx8mm>::rebase(0xb800'0000));
    STATIC_REQUIRE_FALSE(layout_of<imx8mm>::rebase(0xb800'1000));
}

TEST_CASE("A lone status byte is no part of a table") {
    STATIC_REQUIRE(layout_of<zephyr_an521>::status() == 0);
    STATIC_REQUIRE(layout_of<zephyr_an521>::table() == nowhere);
    STATIC_REQUIRE(layout_of<zephyr_an521>::places.touches_rings(0, 1));
    STATIC_REQUIRE_FALSE(layout_of<zephyr_an521>::places.touches_rings(1, 0x3ff));
}

} // namespace
