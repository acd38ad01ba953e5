#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>

namespace {

using rpmsg::address;
using rpmsg::link_event;
using rpmsg::rx_outcome;
using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

/// One descriptor in memory.
struct descriptor_line {
    std::uint32_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
};
constexpr auto descriptor_is(auto& shared, std::uint32_t at, descriptor_line const& expected) -> bool {
    return shared.template at<std::uint32_t>(at) == expected.address and shared.template at<std::uint32_t>(at + 4) == 0 and
           shared.template at<std::uint32_t>(at + 8) == expected.length and
           shared.template at<std::uint16_t>(at + 12) == expected.flags and
           shared.template at<std::uint16_t>(at + 14) == expected.next;
}
constexpr auto words_are(auto& shared, std::uint32_t at, std::initializer_list<std::uint16_t> expected) -> bool {
    for (auto const word : expected) {
        if (shared.template at<std::uint16_t>(at) != word) {
            return false;
        }
        at += 2;
    }
    return true;
}
constexpr auto longs_are(auto& shared, std::uint32_t at, std::initializer_list<std::uint32_t> expected) -> bool {
    for (auto const word : expected) {
        if (shared.template at<std::uint32_t>(at) != word) {
            return false;
        }
        at += 4;
    }
    return true;
}

constexpr auto lite = vring_config{.buffers = 4, .buffer_size = 512, .alignment = 16, .dialect = dialects::rpmsg_lite};

/// The layout of rpmsg-lite: ring 0 at 0, ring 1 at 0x80, buffers at 0x100.
constexpr auto the_memory_is_that_of_an_rpmsg_lite_master() -> bool {
    auto shared = two_sides<lite>{};
    for (auto& each : shared.memory.content) {
        each = std::byte{0xee}; // content from before a restart
    }
    auto driver = shared.driver();
    check(driver.start().has_value());
    check(driver.poll(0).event == link_event::up);
    for (std::uint16_t i = 0; i < 4; ++i) {
        auto const next = static_cast<std::uint16_t>(i < 3 ? i + 1 : 32768);
        check(descriptor_is(shared, 16u * i, {0x100u + 0x200 * i, 512, 2, next}));
        check(descriptor_is(shared, 0x80u + 16 * i, {0x900u + 0x200 * i, 512, 2, next}));
    }
    check(words_are(shared, 64, {1, 4, 0, 1, 2, 3}));
    check(words_are(shared, 80, {0, 0}));
    check(words_are(shared, 0x80 + 64, {1, 0, 0, 0, 0, 0}));
    check(words_are(shared, 0x80 + 80, {0, 4}));
    check(longs_are(shared, 0x80 + 84, {0, 512, 1, 512, 2, 512, 3, 512}));
    check(shared.to_device.rings(0) == 1 and shared.to_device.rings(1) == 0);

    // The remote (30) announces "rpmsg-test" in buffer 0.
    shared.put<std::uint32_t>(0x100, 30);
    shared.put<std::uint32_t>(0x104, 53);
    shared.put<std::uint32_t>(0x108, 0);
    shared.put<std::uint32_t>(0x10c, 40);
    constexpr auto name = "rpmsg-test"_payload;
    for (std::uint32_t i = 0; i < 40; ++i) {
        shared.memory.content[0x110 + i] = i < name.size() ? name[i] : std::byte{0};
    }
    shared.put<std::uint32_t>(0x110 + 32, 30);
    shared.put<std::uint32_t>(84, 0);
    shared.put<std::uint32_t>(88, 512);
    shared.put<std::uint16_t>(82, 1);
    auto const message = driver.receive();
    check(message.outcome == rx_outcome::message and message.source == address{30});
    check(message.destination == rpmsg::name_service_address and message.payload.size() == 40);
    driver.release(message.token);
    check(words_are(shared, 64, {1, 5, 0, 1, 2, 3}));

    // The master (40) sends "hello" to 30: the descriptor stays as it is.
    auto const room = driver.reserve();
    rpmsg::copy("hello"_payload, room.space);
    check(driver.commit(room, {.source = address{40}, .destination = address{30}, .length = 5}));
    check(words_are(shared, 0x80 + 64, {1, 1, 0}));
    check(descriptor_is(shared, 0x80, {0x900, 512, 2, 1}));
    check(longs_are(shared, 0x900, {0x28, 0x1e, 0, 5}));
    check(same(rpmsg::const_bytes{shared.memory.content}.subspan(0x910, 5), "hello"_payload));
    return true;
}

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 512, .alignment = 64, .dialect = dialects::openamp};

/// The layout of OpenAMP. All descriptors of ring 1 have their buffers from the start, while OpenAMP fills them one by one: the
/// device reads only the published ones.
constexpr auto the_memory_is_that_of_an_openamp_host() -> bool {
    using place = rpmsg::vring_layout<openamp>;
    constexpr auto ring_0 = place::parts(0);
    constexpr auto ring_1 = place::parts(1);
    check(ring_0.available == ring_0.descriptors + 64 and ring_0.used == ring_0.descriptors + 128);
    auto shared = two_sides<openamp>{};
    auto table = rpmsg::load<rpmsg::wire::resource_table>(shared.memory.content);
    table.vdev.device_features = rpmsg::wire::feature_name_service | rpmsg::wire::feature_event_index;
    table.vdev.status = rpmsg::wire::device_status::driver_ok; // from before a restart
    rpmsg::store(shared.memory.content, table);
    auto driver = shared.driver();
    check(driver.start().has_value());
    check(shared.at<std::uint8_t>(place::status()) == 0);
    check(driver.poll(0).event == link_event::up);
    for (std::uint16_t i = 0; i < 4; ++i) {
        auto const next = static_cast<std::uint16_t>(i < 3 ? i + 1 : 32768);
        check(descriptor_is(shared, ring_0.descriptors + 16u * i, {place::buffer(0, i), 512, 2, next}));
        check(descriptor_is(shared, ring_1.descriptors + 16u * i, {place::buffer(1, i), 512, 0, next}));
    }
    check(words_are(shared, ring_0.available, {0, 4, 0, 1, 2, 3}));
    check(words_are(shared, ring_0.used, {0, 0}));
    check(words_are(shared, ring_1.available, {1, 0}));
    check(words_are(shared, ring_1.used, {0, 0}));
    auto const after = rpmsg::load<rpmsg::wire::resource_table>(shared.memory.content);
    check(after.vdev.status == 4 and after.vdev.driver_features == rpmsg::wire::feature_name_service);
    check(after.vdev.device_features == table.vdev.device_features);

    auto const room = driver.reserve();
    rpmsg::copy("hello"_payload, room.space);
    check(driver.commit(room, {.source = address{1024}, .destination = address{1024}, .length = 5}));
    check(words_are(shared, ring_1.available, {1, 1, 0}));
    check(longs_are(shared, place::buffer(1, 0), {1024, 1024, 0, 5}));
    return true;
}

/// A region that is too small, or rings for another number of buffers, give `misconfigured`, and nothing is written.
constexpr auto a_region_that_is_too_small_is_refused() -> bool {
    auto memory = rpmsg::testing::array_memory<64>{};
    auto driver = rpmsg::vring_driver<lite, rpmsg::testing::array_region<64>>{rpmsg::testing::array_region<64>{memory}};
    check(driver.start().error() == rpmsg::error::misconfigured);
    check(driver.poll(0).event == link_event::none and not driver.reserve());
    check(driver.receive().outcome == rx_outcome::none and not driver.writable());
    for (auto const each : memory.content) {
        check(each == std::byte{0});
    }
    return true;
}

TEST_CASE("The driver leaves the memory that an rpmsg-lite master leaves") {
    STATIC_REQUIRE(the_memory_is_that_of_an_rpmsg_lite_master());
    CHECK(the_memory_is_that_of_an_rpmsg_lite_master());
}

TEST_CASE("The driver leaves the memory that an OpenAMP host leaves") {
    STATIC_REQUIRE(the_memory_is_that_of_an_openamp_host());
    CHECK(the_memory_is_that_of_an_openamp_host());
}

TEST_CASE("A region that is too small is refused and not touched") {
    STATIC_REQUIRE(a_region_that_is_too_small_is_refused());
    CHECK(a_region_that_is_too_small_is_refused());
}

} // namespace
