#include <rpmsg/transport/vring/link.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>

namespace {

using rpmsg::counter;
using rpmsg::rx_outcome;
using rpmsg::vring_config;

constexpr auto four = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto batched = vring_config{.buffers = 4, .buffer_size = 64, .batch = 3};
using place = rpmsg::vring_layout<four>;

constexpr auto connect(auto& driver, auto& device) -> void {
    check(driver.start().has_value() and device.start().has_value());
    for (int i = 0; i < 6; ++i) {
        (void)driver.poll(0);
        (void)device.poll(0);
    }
    check(driver.is_up() and device.is_up());
}
constexpr auto send(auto& from, std::uint16_t length) -> void {
    auto const room = from.reserve();
    check(static_cast<bool>(room));
    check(from.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = length}));
}

/// A message is received once, may be held, and is returned once, in any order.
constexpr auto messages_are_held_and_released_in_any_order() -> bool {
    auto shared = two_sides<four>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    for (std::uint16_t i = 0; i < 4; ++i) {
        send(driver, i);
    }
    auto held = std::array<rpmsg::rx_buffer, 4>{};
    for (std::uint16_t i = 0; i < 4; ++i) {
        held[i] = device.receive();
        check(held[i].outcome == rx_outcome::message and held[i].payload.size() == i);
    }
    check(device.receive().outcome == rx_outcome::none and driver.in_flight() == 4);
    for (auto const i : {2, 0, 3, 1}) {
        device.release(held[static_cast<std::size_t>(i)].token);
    }
    check(driver.in_flight() == 0);
    for (int i = 0; i < 4; ++i) {
        send(driver, 1);
    }
    return true;
}

/// Returned buffers are published in batches, by flush, and when no message waits.
constexpr auto returns_are_published_in_batches() -> bool {
    auto shared = two_sides<batched>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    for (int i = 0; i < 4; ++i) {
        send(driver, 1);
    }
    for (std::uint32_t i = 0; i < 3; ++i) {
        check(driver.in_flight() == 4);
        device.release(device.receive().token);
    }
    check(driver.in_flight() == 1);
    device.release(device.receive().token);
    check(driver.in_flight() == 1);
    device.flush();
    check(driver.in_flight() == 0);
    device.flush();
    send(driver, 1);
    device.release(device.receive().token);
    check(driver.in_flight() == 1);
    check(device.receive().outcome == rx_outcome::none and driver.in_flight() == 0);
    return true;
}

/// Headers of a hostile driver (14, 15, 67, 72): `length` in a buffer of 64 bytes.
constexpr auto length_is_accepted(std::uint16_t length) -> bool {
    auto shared = two_sides<four>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    send(driver, 8);
    shared.put(place::buffer(1, 0) + 12, length);
    auto const got = device.receive();
    auto const is_message = got.outcome == rx_outcome::message;
    check(is_message or (got.outcome == rx_outcome::dropped and device.counts()[counter::bad_length] == 1));
    check(not is_message or got.payload.size() == length);
    if (is_message) {
        device.release(got.token);
    }
    device.flush();
    check(driver.in_flight() == 0); // its buffer is returned in both cases
    send(driver, 3);
    check(device.receive().payload.size() == 3);
    return is_message;
}

/// A driver uses the smaller one of the used length and the buffer size (40).
constexpr auto used_length_is_accepted(std::uint32_t used) -> bool {
    auto shared = two_sides<four>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    send(device, 8);
    shared.put(place::parts(0).used + 8, used);
    auto const got = driver.receive();
    check((driver.counts()[counter::bad_used_length] == 1) == (used > 64));
    check(got.outcome != rx_outcome::message or got.payload.size() == 8);
    return got.outcome == rx_outcome::message;
}

/// A forged index or id breaks the link once and is counted; the epochs of this dialect bring the link up again.
constexpr auto a_broken_ring_comes_back() -> bool {
    auto shared = two_sides<four>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    shared.put(place::parts(1).available + 2, std::uint16_t{9});
    check(device.receive().outcome == rx_outcome::ended and device.counts()[counter::bad_index] == 1);
    check(not device.reserve() and device.next_deadline(7).is_set and device.next_deadline(7).at == 7);
    auto const down = device.poll(0);
    check(down.event == rpmsg::link_event::down and down.reason == rpmsg::down_reason::broken);
    for (int i = 0; i < 6; ++i) {
        (void)driver.poll(0);
        (void)device.poll(0);
    }
    check(driver.is_up() and device.is_up() and device.counts()[counter::bad_index] == 1);
    send(driver, 5);
    check(device.receive().payload.size() == 5);
    return true;
}

/// Also with a cache on each side, and a buffer that had another message before.
template <vring_config Config> constexpr auto each_byte_is_of_this_message() -> bool {
    auto shared = two_sides<Config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    auto const pass = [](auto& from, auto& to, std::uint16_t length, std::byte content) {
        auto const room = from.reserve();
        check(room.space.size() >= length);
        for (std::size_t i = 0; i < length; ++i) {
            room.space[i] = content;
        }
        check(from.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = length}));
        auto const got = to.receive();
        check(got.outcome == rx_outcome::message and got.payload.size() == length);
        for (auto const each : got.payload) {
            check(each == content);
        }
        to.release(got.token);
    };
    for (std::uint16_t length = 0; length <= Config.size_of(0) - 16u; ++length) {
        pass(driver, device, static_cast<std::uint16_t>(Config.size_of(0) - 16u), std::byte{0x55});
        pass(driver, device, length, static_cast<std::byte>(length));
        pass(device, driver, static_cast<std::uint16_t>(Config.size_of(0) - 16u), std::byte{0x55});
        pass(device, driver, length, static_cast<std::byte>(length));
    }
    return true;
}

TEST_CASE("44: messages are held and released in any order, each once") {
    STATIC_REQUIRE(messages_are_held_and_released_in_any_order());
    CHECK(messages_are_held_and_released_in_any_order());
}

TEST_CASE("Returns are published a batch at a time, by flush, and when nothing more waits") {
    STATIC_REQUIRE(returns_are_published_in_batches());
    CHECK(returns_are_published_in_batches());
}

TEST_CASE("14, 15, 72: a length is believed up to the end of the buffer") {
    STATIC_REQUIRE(length_is_accepted(0));
    STATIC_REQUIRE(length_is_accepted(48));
    STATIC_REQUIRE(not length_is_accepted(49));
    STATIC_REQUIRE(not length_is_accepted(0xffff));
    CHECK(not length_is_accepted(49));
}

TEST_CASE("40, 67: a used length lowers what is believed and never raises it") {
    STATIC_REQUIRE(used_length_is_accepted(24));
    STATIC_REQUIRE(used_length_is_accepted(64));
    STATIC_REQUIRE(used_length_is_accepted(0xffff'ffff));
    STATIC_REQUIRE(not used_length_is_accepted(23));
    STATIC_REQUIRE(not used_length_is_accepted(15));
    STATIC_REQUIRE(not used_length_is_accepted(0));
    CHECK(used_length_is_accepted(0xffff'ffff));
}

TEST_CASE("3: a forged index breaks the link once, and the handshake brings it back") {
    STATIC_REQUIRE(a_broken_ring_comes_back());
    CHECK(a_broken_ring_comes_back());
}

TEST_CASE("Each byte of a message of any length is of this message") {
    CHECK(each_byte_is_of_this_message<vring_config{.buffers = 1, .buffer_size = 192}>());
    CHECK(each_byte_is_of_this_message<vring_config{
              .buffers = 2, .buffer_size = 192, .dialect = rpmsg::wire::dialects::openamp}>());
}

} // namespace
