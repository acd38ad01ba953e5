#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>

namespace {

using rpmsg::address;
using rpmsg::counter;
using rpmsg::link_event;
using rpmsg::rx_outcome;
using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

constexpr auto put_words(auto& shared, std::uint32_t at, std::initializer_list<std::uint16_t> words) -> void {
    for (auto const word : words) {
        shared.put(at, word);
        at += 2;
    }
}
constexpr auto put_descriptor(auto& shared, std::uint32_t at, std::uint32_t where, std::uint16_t flags, std::uint16_t next) {
    shared.put(at, where);
    shared.put(at + 4, std::uint32_t{0});
    shared.put(at + 8, std::uint32_t{512});
    put_words(shared, at + 12, {flags, next});
}
constexpr auto put_frame(auto& shared, std::uint32_t at, std::uint32_t from, std::uint32_t to, rpmsg::const_bytes payload) {
    shared.put(at, from);
    shared.put(at + 4, to);
    shared.put(at + 8, std::uint32_t{0x0102'0304}); // reserved: any value
    shared.put(at + 12, static_cast<std::uint32_t>(payload.size()));
    rpmsg::copy(payload, rpmsg::bytes{shared.memory.content}.subspan(at + 16));
}

constexpr auto lite = vring_config{.buffers = 4, .buffer_size = 512, .alignment = 16, .dialect = dialects::rpmsg_lite};

/// The rings as rpmsg-lite's master initialises them.
constexpr auto put_image_of_rpmsg_lite(auto& shared) -> void {
    for (std::uint16_t i = 0; i < 4; ++i) {
        auto const next = static_cast<std::uint16_t>(i < 3 ? i + 1 : 32768);
        put_descriptor(shared, 16u * i, 0x100u + 0x200 * i, 2, next);
        put_descriptor(shared, 0x80u + 16 * i, 0x900u + 0x200 * i, 2, next);
        shared.put(0x80u + 84 + 8 * i, std::uint32_t{i});
        shared.put(0x80u + 88 + 8 * i, std::uint32_t{512});
    }
    put_words(shared, 64, {1, 4, 0, 1, 2, 3});
    put_words(shared, 80, {0, 0});
    put_words(shared, 0x80 + 64, {1, 0});
    put_words(shared, 0x80 + 80, {0, 4});
}

constexpr auto an_rpmsg_lite_master_is_understood() -> bool {
    auto shared = two_sides<lite>{};
    auto device = shared.device();
    check(device.start().has_value());
    check(device.poll(0).event == link_event::none); // zeroed memory is no master
    put_image_of_rpmsg_lite(shared);
    auto const before = shared.memory.content;
    check(device.poll(0).event == link_event::up);
    check(shared.at<std::uint16_t>(80 + 4 + 8 * 4) == 1); // the mark of the device, in an unused word
    shared.put(80 + 4 + 8 * 4, std::uint16_t{0});
    check(shared.memory.content == before); // attaching writes nothing else
    shared.put(80 + 4 + 8 * 4, std::uint16_t{1});

    // The announcement of "rpmsg-test" at 30, in the bytes that rpmsg-lite's remote sends.
    auto room = device.reserve();
    check(room.space.size() == 496);
    rpmsg::store(room.space, rpmsg::wire::announce("rpmsg-test", address{30}, rpmsg::wire::announcement_kind::create));
    check(device.commit(room, {.source = address{30}, .destination = address{53}, .length = 40}));
    check(shared.at<std::uint16_t>(82) == 1 and shared.at<std::uint32_t>(84) == 0);
    check(shared.at<std::uint32_t>(88) >= 56 and shared.at<std::uint32_t>(88) <= 512);
    check(shared.at<std::uint32_t>(0x100) == 0x1e and shared.at<std::uint32_t>(0x104) == 0x35);
    check(shared.at<std::uint32_t>(0x108) == 0 and shared.at<std::uint32_t>(0x10c) == 0x28);
    check(same(rpmsg::const_bytes{shared.memory.content}.subspan(0x110, 11), "rpmsg-test\0"_payload));
    check(shared.at<std::uint32_t>(0x130) == 0x1e and shared.at<std::uint32_t>(0x134) == 0);
    check(shared.to_driver.rings(0) == 1); // despite the flags: rpmsg-lite needs every doorbell

    // The master sends "hello"; the device gives the buffer back at position 0, index 5.
    put_frame(shared, 0x900, 40, 30, "hello"_payload);
    put_words(shared, 0x80 + 64, {1, 1, 0});
    auto const message = device.receive();
    check(message.outcome == rx_outcome::message and message.source == address{40});
    check(same(message.payload, "hello"_payload));
    check(shared.at<std::uint16_t>(0x80 + 82) == 4); // delivered, then completed
    device.release(message.token);
    check(shared.at<std::uint16_t>(0x80 + 82) == 5);
    check(shared.at<std::uint32_t>(0x80 + 84) == 0 and shared.at<std::uint32_t>(0x80 + 88) == 512);
    check(device.counts()[counter::odd_flags] == 0);
    return true;
}

constexpr auto openamp = vring_config{.buffers = 4, .buffer_size = 512, .alignment = 64, .dialect = dialects::openamp};

constexpr auto an_openamp_host_is_understood() -> bool {
    using place = rpmsg::vring_layout<openamp>;
    constexpr auto ring_0 = place::parts(0);
    constexpr auto ring_1 = place::parts(1);
    auto shared = two_sides<openamp>{};
    auto device = shared.device();
    check(device.start().has_value());
    for (std::uint16_t i = 0; i < 4; ++i) {
        auto const next = static_cast<std::uint16_t>(i < 3 ? i + 1 : 32768);
        put_descriptor(shared, ring_0.descriptors + 16u * i, place::buffer(0, i), 2, next);
        put_words(shared, ring_1.descriptors + 16u * i + 14, {next});
    }
    put_words(shared, ring_0.available, {0, 4, 0, 1, 2, 3});
    put_words(shared, ring_1.available, {1, 0});
    check(device.poll(0).event == link_event::none); // early doorbells are ignored (OpenAMP, rpmsg_virtio.c)
    device.notify(0);
    check(device.poll(0).event == link_event::none);
    shared.put(place::status(), std::uint8_t{4});
    check(device.poll(0).event == link_event::up);
    check(shared.at<std::uint16_t>(ring_0.used) == 0 and shared.at<std::uint16_t>(ring_0.used + 2) == 0);
    device.suppress_doorbells(); // no announcement waits for a buffer
    check(shared.at<std::uint16_t>(ring_0.used) == 1);

    auto const room = device.reserve();
    check(device.commit(room, {.source = address{1024}, .destination = address{53}, .length = 40}));
    check(shared.at<std::uint16_t>(ring_0.used + 2) == 1 and shared.at<std::uint32_t>(ring_0.used + 4) == 0);
    check(shared.to_driver.rings(0) == 1);

    // The host fills descriptor 0 and sends through it twice.
    put_descriptor(shared, ring_1.descriptors, place::buffer(1, 0), 0, 1);
    for (std::uint16_t sent = 1; sent < 3; ++sent) {
        put_frame(shared, place::buffer(1, 0), 1024, 1024, "hello"_payload);
        put_words(shared, ring_1.available + 4 + 2u * (sent - 1), {0});
        put_words(shared, ring_1.available + 2, {sent});
        auto const message = device.receive();
        check(message.outcome == rx_outcome::message and same(message.payload, "hello"_payload));
        device.release(message.token);
        check(shared.at<std::uint16_t>(ring_1.used + 2) == sent);
        check(shared.at<std::uint32_t>(ring_1.used + 4 + 8u * (sent - 1u)) == 0);
        check(shared.at<std::uint32_t>(ring_1.used + 8 + 8u * (sent - 1u)) == 512);
    }
    // Without a status, or with needs_reset, the link is down.
    shared.put(place::status(), std::uint8_t{4 | 64});
    auto const down = device.poll(0);
    check(down.event == link_event::down and down.reason == rpmsg::down_reason::peer_stopped);
    check(device.poll(0).event == link_event::none and not device.reserve());
    return true;
}

/// Linux announces its rings by the first doorbell of ring 0; doorbells of ring 1, or before the start, are ignored.
constexpr auto linux_like = vring_config{.buffers = 4, .buffer_size = 512, .dialect = dialects::linux_virtio};
constexpr auto linux_is_there_with_its_first_doorbell() -> bool {
    auto shared = two_sides<linux_like>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(device.start().has_value() and driver.start().has_value());
    check(driver.poll(0).event == link_event::up);
    check(device.poll(0).event == link_event::none);
    device.notify(1);
    device.notify(7);
    check(device.poll(0).event == link_event::none);
    check(shared.to_device.rings(0) == 1);
    device.notify(0);
    check(device.poll(0).event == link_event::up and device.poll(0).event == link_event::none);
    return true;
}

/// Two sides with different configurations refuse each other once with a reason, and do not access the rings.
constexpr auto small = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto large = vring_config{.buffers = 4, .buffer_size = 128};
constexpr auto another_configuration_is_refused() -> bool {
    using block = two_sides<large>;
    auto shared = block{};
    auto driver = shared.driver();
    auto device = rpmsg::vring_device<small, block::region>{shared.device_region()};
    check(driver.start().has_value() and device.start().has_value());
    auto const of_driver = driver.poll(0);
    auto const of_device = device.poll(0);
    check(of_driver.event == link_event::refused and of_driver.reason == rpmsg::down_reason::incompatible);
    check(of_device.event == link_event::refused and of_device.reason == rpmsg::down_reason::incompatible);
    for (int i = 0; i < 4; ++i) {
        check(driver.poll(0).event == link_event::none and device.poll(0).event == link_event::none);
    }
    check(not driver.is_up() and not device.is_up() and not device.reserve());
    return true;
}

TEST_CASE("The memory of an rpmsg-lite master is understood without a doorbell") {
    STATIC_REQUIRE(an_rpmsg_lite_master_is_understood());
    CHECK(an_rpmsg_lite_master_is_understood());
}

TEST_CASE("The memory of an OpenAMP host is understood from its status byte on") {
    STATIC_REQUIRE(an_openamp_host_is_understood());
    CHECK(an_openamp_host_is_understood());
}

TEST_CASE("Linux is there with its first doorbell of ring 0") {
    STATIC_REQUIRE(linux_is_there_with_its_first_doorbell());
    CHECK(linux_is_there_with_its_first_doorbell());
}

TEST_CASE("A side that was built with another configuration is refused once and in words") {
    STATIC_REQUIRE(another_configuration_is_refused());
    CHECK(another_configuration_is_refused());
}

} // namespace
