#include <rpmsg/transport/vring/link.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <utility>

namespace {

using rpmsg::counter;
using rpmsg::link_event;
using rpmsg::rx_outcome;
using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

/// A ping-pong in which every index wraps, with the requested doorbells only: a side polls only after a doorbell.
template <vring_config Config> constexpr auto every_message_rings_who_sleeps(std::uint32_t messages) -> bool {
    auto shared = two_sides<Config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    for (int i = 0; i < 6; ++i) {
        (void)driver.poll(0);
        shared.to_device.forward(device);
        (void)device.poll(0);
    }
    check(driver.is_up() and device.is_up());
    (void)shared.to_device.take(1);
    (void)shared.to_driver.take(0);
    check(driver.receive().outcome == rx_outcome::none and device.receive().outcome == rx_outcome::none);
    auto const pass = [&](auto& from, auto& to, auto& bell, std::uint32_t ring, std::uint16_t length) {
        auto const room = from.reserve();
        check(static_cast<bool>(room));
        check(from.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = length}));
        check(bell.take(ring));
        auto const got = to.receive();
        check(got.outcome == rx_outcome::message and got.payload.size() == length);
        to.release(got.token);
        check(to.receive().outcome == rx_outcome::none); // and requests the next doorbell
    };
    for (std::uint32_t i = 0; i < messages; ++i) {
        pass(driver, device, shared.to_device, 1, static_cast<std::uint16_t>(i % 40));
        pass(device, driver, shared.to_driver, 0, static_cast<std::uint16_t>(i % 41));
    }
    check(driver.in_flight() == 0 and device.in_flight() == 0);
    for (auto const which : {counter::bad_index, counter::bad_id, counter::bad_length, counter::stale_loan}) {
        check(driver.counts()[which] == 0 and device.counts()[which] == 0);
    }
    return true;
}

/// Returned buffers ring no doorbell for a sender that has buffers; a sender that waits for one gets one doorbell.
template <vring_config Config> constexpr auto returns_are_silent_until_someone_waits() -> bool {
    auto shared = two_sides<Config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle(shared, driver, device);
    auto const returned = shared.to_driver.rings(1);
    for (std::uint32_t i = 0; i < 3u * Config.count_of(1); ++i) {
        check(driver.commit(driver.reserve(), {.length = 1}));
        device.release(device.receive().token);
    }
    check(shared.to_driver.rings(1) == returned);
    for (std::uint32_t i = 0; i < Config.count_of(1); ++i) {
        check(driver.commit(driver.reserve(), {.length = 1}));
    }
    check(not driver.reserve() and not driver.writable());
    device.release(device.receive().token);
    check(shared.to_driver.rings(1) == returned + 1 and driver.writable());
    device.release(device.receive().token);
    check(shared.to_driver.rings(1) == returned + 1);
    return true;
}

/// A side that suppresses doorbells gets none for a message. With caches the check costs more than the doorbell.
constexpr auto who_needs_no_doorbell_gets_none() -> bool {
    constexpr auto config = vring_config{.buffers = 4, .buffer_size = 64};
    using place = rpmsg::vring_layout<config>;
    if constexpr (rpmsg::detail::line_of<typename two_sides<config>::region> != 1) {
        return true;
    }
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    check(driver.start().has_value() and device.start().has_value());
    settle(shared, driver, device);
    for (auto const needs_none : {std::uint16_t{1}, std::uint16_t{0}}) {
        shared.put(place::parts(1).used, needs_none);
        shared.put(place::parts(0).available, needs_none);
        (void)shared.to_device.take(1);
        (void)shared.to_driver.take(0);
        check(driver.commit(driver.reserve(), {.length = 1}) and device.commit(device.reserve(), {.length = 1}));
        check(shared.to_device.take(1) == (needs_none == 0) and shared.to_driver.take(0) == (needs_none == 0));
    }
    return true;
}

/// Every call on a link that is down is refused and leaves no state.
constexpr auto plain = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto nothing_works_while_down() -> bool {
    auto shared = two_sides<plain>{};
    auto driver = shared.driver();
    check(not driver.reserve() and driver.receive().outcome == rx_outcome::none and not driver.writable());
    check(driver.in_flight() == 0 and not driver.is_up() and driver.poll(0).event == link_event::none);
    check(not driver.next_deadline(5).is_set);
    driver.flush();
    driver.close();
    driver.notify(0);
    driver.release({.id = 0, .capacity = 64});
    check(shared.to_device.rings(0) == 0 and shared.to_device.rings(1) == 0);
    for (auto const each : shared.memory.content) {
        check(each == std::byte{0});
    }
    return true;
}

constexpr auto by_index = vring_config{.buffers = 4, .buffer_size = 64, .event_index = true};
constexpr auto one_by_index = vring_config{.buffers = 1, .buffer_size = 64, .event_index = true};
constexpr auto linux_by_index =
    vring_config{.buffers = 4, .buffer_size = 64, .event_index = true, .dialect = dialects::linux_virtio};
constexpr auto lite = vring_config{.buffers = 2, .buffer_size = 64, .dialect = dialects::rpmsg_lite};

constexpr auto two_counts = vring_config{.buffers = 4, .remote_to_host_buffers = 1, .buffer_size = 64};
constexpr auto two_counts_by_index =
    vring_config{.buffers = 4, .host_to_remote_buffers = 2, .buffer_size = 64, .event_index = true};

TEST_CASE("Every message rings who sleeps") {
    STATIC_REQUIRE(every_message_rings_who_sleeps<plain>(50));
    STATIC_REQUIRE(every_message_rings_who_sleeps<by_index>(50));
    STATIC_REQUIRE(every_message_rings_who_sleeps<one_by_index>(20));
    STATIC_REQUIRE(every_message_rings_who_sleeps<linux_by_index>(20));
    STATIC_REQUIRE(every_message_rings_who_sleeps<two_counts>(20));
    STATIC_REQUIRE(every_message_rings_who_sleeps<two_counts_by_index>(20));
}

TEST_CASE("30: more messages than an index can count") {
    auto const volatile many = 70'000u; // prevents evaluation by the compiler
    CHECK(every_message_rings_who_sleeps<plain>(many));
    CHECK(every_message_rings_who_sleeps<by_index>(many));
}

TEST_CASE("Returned buffers are silent until someone waits for one, then ring once") {
    STATIC_REQUIRE(returns_are_silent_until_someone_waits<plain>());
    STATIC_REQUIRE(returns_are_silent_until_someone_waits<by_index>());
    STATIC_REQUIRE(returns_are_silent_until_someone_waits<linux_by_index>());
    STATIC_REQUIRE(returns_are_silent_until_someone_waits<two_counts>());
    STATIC_REQUIRE(returns_are_silent_until_someone_waits<two_counts_by_index>());
    CHECK(returns_are_silent_until_someone_waits<plain>());
}

TEST_CASE("Nothing works on a link that was not started, and nothing is touched") {
    STATIC_REQUIRE(nothing_works_while_down());
    CHECK(nothing_works_while_down());
}

TEST_CASE("The limits are those of the buffers, by direction") {
    constexpr auto uneven = vring_config{.buffers = 2, .host_to_remote = 128, .remote_to_host = 64};
    using host = decltype(std::declval<two_sides<uneven>&>().driver());
    using remote = decltype(std::declval<two_sides<uneven>&>().device());
    STATIC_REQUIRE(host::max_frame == 128);
    STATIC_REQUIRE(remote::max_frame == 128);
    STATIC_REQUIRE(host::acknowledged);
    auto shared = two_sides<uneven>{};
    CHECK(shared.driver().tx_limit() == 112);
    CHECK(shared.driver().rx_limit() == 48);
    CHECK(shared.device().tx_limit() == 48);
    CHECK(shared.device().rx_limit() == 112);
    STATIC_REQUIRE(not decltype(std::declval<two_sides<lite>&>().driver())::acknowledged);
}

TEST_CASE("Who needs no doorbell for a message gets none") {
    STATIC_REQUIRE(who_needs_no_doorbell_gets_none());
    CHECK(who_needs_no_doorbell_gets_none());
}

TEST_CASE("Who asked for a doorbell by index gets one, not one for each message that follows") {
    auto shared = two_sides<by_index>{};
    auto driver = shared.driver();
    auto device = shared.device();
    REQUIRE(driver.start());
    REQUIRE(device.start());
    settle(shared, driver, device);
    REQUIRE(device.receive().outcome == rx_outcome::none);
    REQUIRE(driver.receive().outcome == rx_outcome::none);
    (void)shared.to_device.take(1);
    (void)shared.to_driver.take(0);
    constexpr auto coherent = rpmsg::detail::line_of<typename two_sides<by_index>::region> == 1;
    for (auto const is_first : {true, false, false}) {
        CHECK(driver.commit(driver.reserve(), {.length = 1}));
        CHECK(shared.to_device.take(1) == (is_first or not coherent));
        CHECK(device.commit(device.reserve(), {.length = 1}));
        CHECK(shared.to_driver.take(0) == (is_first or not coherent));
    }
}

} // namespace
