#include <rpmsg/transport/vring/handshake/table_check.hpp>
#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/carveout.hpp>
#include <rpmsg/wire/virtio/config_space.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

using rpmsg::config_mismatch;
using rpmsg::down_reason;
using rpmsg::link_event;
using rpmsg::vring_config;
using rpmsg::wire::vdev_entry;
using rpmsg::wire::vring_entry;
namespace dialects = rpmsg::wire::dialects;

constexpr auto small(rpmsg::wire::dialect dialect, std::uint32_t to_driver = 64, std::uint32_t to_device = 128)
    -> vring_config {
    return {.buffers = 4, .host_to_remote = to_device, .remote_to_host = to_driver, .device_base = 0x1000, .dialect = dialect};
}
constexpr auto openamp_compared = [] {
    auto dialect = dialects::openamp;
    dialect.compares_table = true;
    return dialect;
}();

/// A block whose table matches the configuration, and whose rings are initialised as by a driver.
template <vring_config Config> struct described {
    using layout = rpmsg::vring_layout<Config>;
    static constexpr auto vdev = layout::vdev;
    static constexpr auto ring(std::uint32_t which) -> std::uint32_t { return vdev + 28 + 20 * which; }
    static constexpr auto config_space = vdev + 28 + 40;
    static constexpr auto features = vdev + std::uint32_t{offsetof(vdev_entry, device_features)};
    static constexpr auto kept = vdev + std::uint32_t{offsetof(vdev_entry, driver_features)};
    static constexpr auto config_length = vdev + std::uint32_t{offsetof(vdev_entry, config_length)};

    two_sides<Config> shared{};

    constexpr described() {
        shared.put(layout::parts(0).available + 2, std::uint16_t{4});
        put(vdev, 3);
        put(vdev + 4, 7);
        constexpr auto all_features = Config.dialect.features | (Config.event_index ? rpmsg::wire::feature_event_index : 0);
        put(features, all_features);
        put(kept, all_features);
        put(config_length, 64);
        put(vdev + 24, 2 << 8 | 4);
        for (std::uint32_t which = 0; which < 2; ++which) {
            put(ring(which), 0x8000 + layout::parts(which).descriptors);
            put(ring(which) + 4, Config.alignment);
            put(ring(which) + 8, Config.buffers);
        }
        put_sizes(Config.size_of(0), Config.size_of(1));
        if constexpr (layout::boot() != rpmsg::nowhere) {
            put(0, static_cast<std::uint32_t>(Config.device_base));
        }
    }
    constexpr auto put(std::uint32_t offset, std::uint32_t value) -> void { shared.put(offset, value); }
    constexpr auto put_sizes(std::uint32_t to_driver, std::uint32_t to_device) -> void {
        if constexpr (Config.dialect.sizes == rpmsg::wire::config_space::rptun) {
            put(config_space, to_device);
            put(config_space + 4, to_driver);
        } else if constexpr (Config.dialect.has_versioned_sizes()) {
            if (Config.dialect.sizes == rpmsg::wire::config_space::openamp_versioned) {
                std::swap(to_driver, to_device); // the host's buffers come first
            }
            put(config_space, 1 | 11 << 8 | to_driver << 24);
            put(config_space + 4, to_driver >> 8 | to_device << 24);
            put(config_space + 8, to_device >> 8);
        }
    }
    constexpr auto seen_by(bool is_device) -> config_mismatch {
        auto memory = typename two_sides<Config>::region{shared.memory};
        return rpmsg::detail::table_check<Config>::compare(memory, layout{}, is_device);
    }
};

/// The mismatch that a side reports when one word of the table is changed.
template <vring_config Config>
constexpr auto with(std::uint32_t offset, std::uint32_t value, bool is_device = true) -> config_mismatch {
    auto table = described<Config>{};
    check(table.seen_by(is_device) == config_mismatch::none);
    table.put(offset, value);
    return table.seen_by(is_device);
}
template <vring_config Config> constexpr auto sizes(std::uint32_t to_driver, std::uint32_t to_device) -> config_mismatch {
    auto table = described<Config>{};
    table.put_sizes(to_driver, to_device);
    check(table.seen_by(true) == table.seen_by(false));
    return table.seen_by(true);
}

constexpr auto linux_like = small(dialects::linux_bufsz);
constexpr auto openamp_sized = small(dialects::openamp_bufsz);
constexpr auto linux_512 = small(dialects::linux_bufsz, 512, 512);
constexpr auto nuttx = small(dialects::nuttx);
constexpr auto openamp = small(openamp_compared);
constexpr auto with_events = [] {
    auto config = linux_like;
    config.event_index = true;
    return config;
}();

TEST_CASE("A table of another device, or with another number of rings, is no device") {
    using table = described<linux_like>;
    STATIC_REQUIRE(with<linux_like>(table::vdev, 2) == config_mismatch::no_device);
    STATIC_REQUIRE(with<linux_like>(table::vdev + 4, 4) == config_mismatch::no_device);
    STATIC_REQUIRE(with<linux_like>(table::vdev + 24, 3 << 8 | 4) == config_mismatch::no_device);
}

TEST_CASE("Another buffer count, alignment or place of the rings is named, by both roles") {
    for (auto const is_device : {false, true}) {
        using table = described<openamp>;
        CHECK(with<openamp>(table::ring(0) + 8, 8, is_device) == config_mismatch::buffer_count);
        CHECK(with<openamp>(table::ring(1) + 8, 2, is_device) == config_mismatch::buffer_count);
        CHECK(with<openamp>(table::ring(1) + 4, 32, is_device) == config_mismatch::ring_alignment);
        CHECK(with<openamp>(table::ring(1), 0x9000, is_device) == config_mismatch::ring_place);
        // The used ring is rounded up from an absolute address (vring_init in virtio_ring.h).
        CHECK(with<openamp>(table::ring(0), 0x8000 + table::layout::ring_0 + 16, is_device) ==
              config_mismatch::used_ring_place);
    }
}

/// The mismatch that a side reports for rings with the right distance at a wrong place.
template <vring_config Config> constexpr auto moved(std::uint32_t by, bool is_device) -> config_mismatch {
    using table = described<Config>;
    auto block = table{};
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        block.put(table::ring(ring),
                  static_cast<std::uint32_t>(Config.device_base) + table::layout::parts(ring).descriptors + by);
    }
    return block.seen_by(is_device);
}

constexpr auto nuttx_in_a_page = [] {
    auto config = nuttx;
    config.device_base = 0x1040;
    return config;
}();

TEST_CASE("Rings that are both elsewhere by the same distance are refused, other windows onto the block are not") {
    constexpr auto bytes = 0u - 0x1040u; // counted from the start of the block
    for (auto const is_device : {false, true}) {
        for (auto const by : {64u, 0x940u, 0x1000u - 64u, 0x2000'0040u}) {
            CHECK(moved<openamp>(by, is_device) == config_mismatch::ring_place);
            CHECK(moved<linux_like>(by, is_device) == config_mismatch::ring_place);
            CHECK(moved<nuttx>(by, is_device) == config_mismatch::ring_place);
        }
        for (auto const by : {0u, 0x1000u, 0x2000'0000u, 0xffff'f000u}) {
            CHECK(moved<openamp>(by, is_device) == config_mismatch::none);
            CHECK(moved<linux_like>(by, is_device) == config_mismatch::none);
            CHECK(moved<nuttx_in_a_page>(by, is_device) == config_mismatch::none);
            CHECK(moved<nuttx_in_a_page>(bytes + by, is_device) == config_mismatch::none);
        }
    }
    CHECK(moved<nuttx_in_a_page>(bytes + 128, true) == config_mismatch::ring_place);
    for (std::uint32_t ring = 0; ring < 2; ++ring) { // with one placed ring there is no distance to compare
        auto block = described<openamp>{};
        block.put(block.ring(1 - ring), 0xffff'ffff);
        CHECK(block.seen_by(false) == config_mismatch::none);
        block.put(block.ring(ring), 0x8000 + described<openamp>::layout::parts(ring).descriptors + 64);
        CHECK(block.seen_by(false) == config_mismatch::ring_place);
    }
}

TEST_CASE("Rings that the table does not place are not compared") {
    using table = described<openamp>;
    STATIC_REQUIRE(with<openamp>(table::ring(0), 0) == config_mismatch::none);
    STATIC_REQUIRE(with<openamp>(table::ring(1), 0xffff'ffff) == config_mismatch::none);
}

TEST_CASE("Features that change what both sides write must be in effect as configured") {
    using table = described<nuttx>;
    STATIC_REQUIRE(with<nuttx>(table::kept, 0b1101) == config_mismatch::features);     // no acknowledgement
    STATIC_REQUIRE(with<nuttx>(table::features, 0b1101) == config_mismatch::features); // was not offered
    STATIC_REQUIRE(with<linux_like>(described<linux_like>::features, 3 | 1u << 29) == config_mismatch::none); // not kept
    STATIC_REQUIRE(with<with_events>(described<with_events>::kept, 3) == config_mismatch::features);
    STATIC_REQUIRE(with<with_events>(described<with_events>::features, 3, false) == config_mismatch::features);
    auto rings_always = described<nuttx>{};
    rings_always.put(table::features, 0b1111 | 1u << 30);
    rings_always.put(table::kept, 0b1111 | 1u << 30);
    CHECK(rings_always.seen_by(true) == config_mismatch::features);
    auto unasked_events = described<linux_like>{};
    unasked_events.put(described<linux_like>::features, 3 | 1u << 29);
    unasked_events.put(described<linux_like>::kept, 3 | 1u << 29);
    CHECK(unasked_events.seen_by(true) == config_mismatch::features);
    CHECK(unasked_events.seen_by(false) == config_mismatch::none); // this driver does not keep it
}

TEST_CASE("Buffer sizes of the config space are compared, each by name") {
    STATIC_REQUIRE(sizes<linux_like>(64, 128) == config_mismatch::none);
    STATIC_REQUIRE(sizes<linux_like>(128, 128) == config_mismatch::to_driver_size);
    STATIC_REQUIRE(sizes<linux_like>(64, 0x0100'0080) == config_mismatch::to_device_size);
    STATIC_REQUIRE(sizes<openamp_sized>(64, 128) == config_mismatch::none);
    STATIC_REQUIRE(sizes<openamp_sized>(128, 64) == config_mismatch::to_driver_size); // in Linux's order
    STATIC_REQUIRE(sizes<openamp_sized>(64, 512) == config_mismatch::to_device_size);
    STATIC_REQUIRE(sizes<nuttx>(64, 128) == config_mismatch::none);
    STATIC_REQUIRE(sizes<nuttx>(128, 64) == config_mismatch::to_driver_size);
    STATIC_REQUIRE(sizes<nuttx>(64, 512) == config_mismatch::to_device_size);
}

TEST_CASE("Without the feature of sizes buffers have 512 bytes") {
    STATIC_REQUIRE(with<linux_like>(described<linux_like>::kept, 1) == config_mismatch::to_driver_size);
    STATIC_REQUIRE(with<nuttx>(described<nuttx>::kept, 0b1011) == config_mismatch::to_driver_size);
    STATIC_REQUIRE(with<linux_512>(described<linux_512>::kept, 1) == config_mismatch::none);
    STATIC_REQUIRE(with<linux_512>(described<linux_512>::features, 1, false) == config_mismatch::none);
}

TEST_CASE("A config space of another version or size is refused: Linux would, too") {
    using table = described<linux_like>;
    STATIC_REQUIRE(with<linux_like>(table::config_space, 2 | 11 << 8 | 64u << 24) == config_mismatch::config_space);
    STATIC_REQUIRE(with<linux_like>(table::config_space, 1 | 13 << 8 | 64u << 24) == config_mismatch::config_space);
    STATIC_REQUIRE(with<linux_like>(table::config_length, 10) == config_mismatch::config_space);
    STATIC_REQUIRE(with<linux_like>(table::config_length, 11) == config_mismatch::none);
    STATIC_REQUIRE(with<nuttx>(described<nuttx>::config_length, 7) == config_mismatch::config_space);
}

/// The link reports it once, in an event, and comes up when the table is corrected.
template <vring_config Config> constexpr auto a_link_says_so_until_it_is_put_right(auto make) -> bool {
    using table = described<Config>;
    auto block = table{};
    auto side = make(block.shared);
    check(side.start().has_value());
    check(side.mismatch() == config_mismatch::none);
    block.put(table::vdev + 24, 2 << 8 | 4); // a driver cleared its status
    block.put(table::ring(0) + 8, 16);
    auto const change = side.poll(0);
    check(change.event == link_event::refused and change.reason == down_reason::incompatible);
    check(side.mismatch() == config_mismatch::buffer_count);
    check(describe(side.mismatch()).starts_with("the buffer count"));
    check(side.poll(0).event == link_event::none and not side.is_up());
    block.put(table::ring(0) + 8, Config.buffers);
    check(side.poll(0).event == link_event::up and side.mismatch() == config_mismatch::none);
    return true;
}

TEST_CASE("A link with a table that disagrees says so once, in words, and comes up when it is put right") {
    constexpr auto as_device = [](auto& shared) { return shared.device(); };
    constexpr auto as_driver = [](auto& shared) { return shared.driver(); };
    STATIC_REQUIRE(a_link_says_so_until_it_is_put_right<openamp>(as_device));
    STATIC_REQUIRE(a_link_says_so_until_it_is_put_right<openamp>(as_driver));
    STATIC_REQUIRE(a_link_says_so_until_it_is_put_right<linux_like>(as_device));
    STATIC_REQUIRE(a_link_says_so_until_it_is_put_right<linux_like>(as_driver));
}

constexpr auto another_base_is_named() -> bool {
    auto block = described<nuttx>{};
    auto device = block.shared.device();
    block.put(20, rpmsg::wire::boot_state::runs);
    block.put(0, 0x2000);
    check(device.start().has_value());
    check(device.poll(0).reason == down_reason::incompatible and device.mismatch() == config_mismatch::base_address);
    block.put(0, 0x1000);
    check(device.mismatch() == config_mismatch::none);
    check(device.poll(0).event == link_event::up);
    return true;
}

constexpr auto openamp_512 = small(dialects::openamp, 512, 512);

TEST_CASE("A driver finds the entry through the head of the table, where the layout says where that lies") {
    using table = described<openamp_512>;
    STATIC_REQUIRE(with<openamp_512>(table::layout::table(), 2, false) == config_mismatch::no_device);
    STATIC_REQUIRE(with<openamp_512>(table::layout::table() + 4, 0, false) == config_mismatch::no_device);
    STATIC_REQUIRE(with<openamp_512>(table::layout::table() + 4, 2, false) == config_mismatch::no_device); // no room for two
    STATIC_REQUIRE(with<openamp_512>(table::layout::table() + 4, 0xffff'ffff, false) == config_mismatch::no_device);
    STATIC_REQUIRE(with<openamp_512>(table::layout::table() + 16, table::vdev + 28, false) == config_mismatch::no_device);
    STATIC_REQUIRE(with<linux_like>(described<linux_like>::layout::table() + 16, 32, false) == config_mismatch::no_device);
}

/// Checks that a driver with a changed table leaves the block unchanged; returns the mismatch that it reports.
template <vring_config Config> constexpr auto writes_nothing_beside(auto change_table) -> config_mismatch {
    auto block = described<Config>{};
    change_table(block);
    auto const before = block.shared.memory.content;
    auto driver = block.shared.driver();
    check(driver.start().has_value());
    auto const change = driver.poll(0);
    check(not driver.is_up() and driver.next_deadline(0).is_set and driver.poll(0).event == link_event::none);
    check((change.event == link_event::refused) == (driver.mismatch() != config_mismatch::none));
    auto const found = driver.mismatch();
    driver.close();
    check(block.shared.memory.content == before);
    return found;
}

TEST_CASE("A driver writes no word before it has found the table where the layout has it") {
    auto const is_second = [](auto& block) { // behind a trace entry, as where the first is
        block.put(block.vdev, 2);
    };
    auto const is_behind_another = [](auto& block) { block.put(block.vdev + 4, 4); };
    auto const has_other_rings = [](auto& block) { block.put(block.vdev + 24, 1 << 8); };
    auto const has_more_buffers = [](auto& block) { block.put(block.ring(1) + 8, 8); };
    auto const is_not_there_yet = [](auto& block) { block.shared.memory.content = {}; };
    auto const try_all = [&]<vring_config Config>() {
        CHECK(writes_nothing_beside<Config>(is_second) == config_mismatch::no_device);
        CHECK(writes_nothing_beside<Config>(is_behind_another) == config_mismatch::no_device);
        CHECK(writes_nothing_beside<Config>(has_other_rings) == config_mismatch::no_device);
        CHECK(writes_nothing_beside<Config>(has_more_buffers) == config_mismatch::buffer_count);
        CHECK(writes_nothing_beside<Config>(is_not_there_yet) == config_mismatch::none);
    };
    try_all.template operator()<openamp_512>();
    try_all.template operator()<linux_like>();
}

constexpr auto a_table_that_comes_late_is_waited_for() -> bool {
    auto block = described<openamp_512>{};
    auto const loaded = block.shared.memory.content;
    block.shared.memory.content = {};
    auto driver = block.shared.driver();
    check(driver.start().has_value());
    check(driver.poll(0).event == link_event::none and driver.next_deadline(0).is_set);
    block.shared.memory.content = loaded;
    check(driver.poll(0).event == link_event::up);
    driver.close();
    block.put(block.vdev + 4, 4); // another firmware was loaded meanwhile
    auto const before = block.shared.memory.content;
    check(driver.start().has_value() and driver.poll(0).reason == down_reason::incompatible);
    driver.close();
    check(block.shared.memory.content == before);
    return true;
}

TEST_CASE("A driver waits for a table that comes late, and checks it again after its next start") {
    STATIC_REQUIRE(a_table_that_comes_late_is_waited_for());
    CHECK(a_table_that_comes_late_is_waited_for());
}

TEST_CASE("A base that the layout cannot follow is named") {
    STATIC_REQUIRE(another_base_is_named());
    CHECK(another_base_is_named());
}

} // namespace
