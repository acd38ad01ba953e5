#include <rpmsg/transport/vring/link.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>

namespace {

using rpmsg::counter;
using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

constexpr auto four = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto four_plain = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::linux_virtio};

constexpr auto connect(auto& driver, auto& device) -> void {
    check(driver.start().has_value() and device.start().has_value());
    for (int i = 0; i < 6; ++i) {
        (void)driver.poll(0);
        device.notify(0);
        (void)device.poll(0);
    }
    check(driver.is_up() and device.is_up());
}

/// A sender of either role lends every buffer once, reuses discarded and returned ones, and is writable while it has one.
template <vring_config Config> constexpr auto every_buffer_is_lent_once(bool from_driver) -> bool {
    auto shared = two_sides<Config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    auto const run = [&](auto& sender, auto& receiver) {
        auto rooms = std::array<rpmsg::tx_buffer, Config.buffers>{};
        for (auto& room : rooms) {
            room = sender.reserve();
            check(static_cast<bool>(room) and room.space.size() == 48);
            for (auto const& other : rooms) {
                check(&other == &room or other.space.data() != room.space.data());
            }
        }
        check(not sender.reserve() and not sender.writable() and sender.in_flight() == 0);
        sender.discard(rooms[1]);
        check(sender.writable());
        auto const again = sender.reserve();
        check(again.token == rooms[1].token and not sender.writable() and not sender.reserve());
        for (auto const& room : rooms) {
            check(sender.commit(room, {.length = 1}));
        }
        check(not sender.reserve() and sender.in_flight() == Config.buffers);
        auto const first = receiver.receive();
        receiver.release(first.token);
        receiver.flush();
        check(sender.in_flight() == Config.buffers - 1u);
        check(sender.writable());
        check(static_cast<bool>(sender.reserve()) and not sender.writable());
    };
    if (from_driver) {
        run(driver, device);
    } else {
        run(device, driver);
    }
    return true;
}

/// A device returns invalid transmit buffers empty to the driver, and uses the valid one (24, 25).
constexpr auto a_bad_buffer_is_passed_over() -> bool {
    using place = rpmsg::vring_layout<four_plain>;
    auto shared = two_sides<four_plain>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    shared.put(place::parts(0).descriptors + 8, std::uint32_t{4});       // too short
    shared.put(place::parts(0).descriptors + 16, place::size() - 4);     // across the end
    shared.put(place::parts(0).descriptors + 32 + 12, std::uint16_t{0}); // not writable
    auto const room = device.reserve();
    check(room.token == 3 and room.space.size() == 48);
    check(device.counts()[counter::bad_descriptor] == 3);
    check(device.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 4}));
    auto const got = driver.receive();
    check(got.outcome == rpmsg::rx_outcome::message and got.payload.size() == 4);
    driver.release(got.token);
    check(driver.receive().outcome == rpmsg::rx_outcome::none);
    // After the driver has corrected the descriptor, that buffer carries the next message.
    check(device.reserve().token == 3 and not device.reserve());
    shared.put(place::parts(0).descriptors + 8, std::uint32_t{64});
    return device.reserve().token == 0;
}

/// One buffer is too small for most messages. It is used for small ones, and does not block the others.
constexpr auto a_small_buffer_serves_small_messages() -> bool {
    using place = rpmsg::vring_layout<four_plain>;
    auto shared = two_sides<four_plain>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    shared.put(place::parts(0).descriptors + 8, std::uint32_t{36}); // the first one: 20 bytes of payload
    for (int i = 0; i < 12; ++i) {
        auto const room = device.reserve(40);
        check(room.space.size() == 48 and room.token != 0);
        check(device.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 40}));
        auto const got = driver.receive();
        check(got.outcome == rpmsg::rx_outcome::message and got.payload.size() == 40);
        driver.release(got.token);
    }

    // While only the small one is left, a large message finds no buffer, and `writable` is reported once only.
    for (int i = 0; i < 3; ++i) {
        check(static_cast<bool>(device.reserve(40)));
    }
    check(not device.reserve(40) and device.writable());
    check(not device.reserve(40) and not device.writable());
    auto const small = device.reserve(20);
    check(small.token == 0 and small.space.size() == 20);
    device.discard(small); // another sender may use it
    check(device.writable() and not device.reserve(40) and not device.writable());
    check(device.counts()[counter::bad_descriptor] == 0);
    return true;
}

/// All buffers are smaller than the message: the sender waits for a larger one, without a busy loop.
constexpr auto what_fits_nowhere_waits() -> bool {
    using place = rpmsg::vring_layout<four_plain>;
    auto shared = two_sides<four_plain>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    for (std::uint32_t id = 0; id < 4; ++id) {
        shared.put(place::parts(0).descriptors + 16 * id + 8, std::uint32_t{36});
    }
    check(not device.reserve(40) and device.writable()); // other senders may use these buffers
    check(not device.reserve(40) and not device.writable());
    return device.reserve(20).space.size() == 20;
}

/// A returned buffer may be too small for one sender and large enough for another: `writable` is reported once.
constexpr auto what_one_passes_over_is_told_to_others_once() -> bool {
    using place = rpmsg::vring_layout<four_plain>;
    auto shared = two_sides<four_plain>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    shared.put(place::parts(0).descriptors + 8, std::uint32_t{36});
    for (int i = 0; i < 3; ++i) {
        check(static_cast<bool>(device.reserve(40)));
    }
    auto const small = device.reserve(10);
    check(device.commit(small, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 10}));
    check(not device.reserve(10) and not device.writable()); // no buffer is left
    driver.release(driver.receive().token);
    check(not device.reserve(40) and device.writable()); // too small here: the other sender may use it
    check(not device.reserve(40) and not device.writable());
    check(device.reserve(10).token == 0);
    return true;
}

/// An earlier device may have suppressed the driver's doorbells and crashed.
constexpr auto a_suppression_that_an_earlier_device_left_is_undone() -> bool {
    constexpr auto config = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};
    using place = rpmsg::vring_layout<config>;
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    {
        auto earlier = shared.device();
        connect(driver, earlier);
    }
    shared.put(place::parts(1).used, std::uint16_t{1});
    auto device = shared.device();
    check(device.start().has_value());
    (void)device.poll(0);
    return device.is_up() and shared.template at<std::uint16_t>(place::parts(1).used) == 0;
}

/// A driver that clears and sets its status again, with the same rings, receives the buffer that a handler still held.
constexpr auto what_is_held_when_the_status_falls_goes_back_when_it_rises() -> bool {
    constexpr auto config = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::openamp};
    using place = rpmsg::vring_layout<config>;
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    for (int i = 0; i < 8; ++i) {
        auto const room = driver.reserve();
        check(static_cast<bool>(room));
        check(driver.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 4}));
        check(device.receive().outcome == rpmsg::rx_outcome::message); // held: its release comes too late
        auto const status = shared.template at<std::uint8_t>(place::status());
        shared.put(place::status(), std::uint8_t{0});
        check(device.poll(0).event == rpmsg::link_event::down);
        shared.put(place::status(), status);
        check(device.poll(0).event == rpmsg::link_event::up);
    }
    return driver.is_up();
}

/// One call checks each unusable buffer once, however many there are, and rings no doorbell.
constexpr auto unusable_buffers_ring_nothing() -> bool {
    constexpr auto sixteen = vring_config{.buffers = 16, .buffer_size = 64, .dialect = dialects::linux_virtio};
    using place = rpmsg::vring_layout<sixteen>;
    auto shared = two_sides<sixteen>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    for (std::uint32_t id = 0; id < 15; ++id) {
        shared.put(place::parts(0).descriptors + 16 * id + 8, std::uint32_t{4});
    }
    auto const before = shared.to_driver.rings(0);
    check(device.reserve(40).token == 15 and device.counts()[counter::bad_descriptor] == 15);
    return shared.to_driver.rings(0) == before;
}

/// In the library's own dialect both ends know the offset of buffer i: forged descriptors have no effect.
constexpr auto nothing_hangs_on_descriptors_where_both_ends_agree() -> bool {
    using place = rpmsg::vring_layout<four>;
    auto shared = two_sides<four>{};
    auto driver = shared.driver();
    auto device = shared.device();
    connect(driver, device);
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
        for (std::uint32_t i = 0; i < 16 * four.buffers; i += 4) {
            shared.put(place::parts(ring).descriptors + i, std::uint32_t{0xffff'ffff});
        }
    }
    auto text = std::array<std::byte, 48>{};
    auto const carry = [&](auto& from, auto& to, std::uint32_t ring) {
        text.fill(static_cast<std::byte>(std::to_integer<unsigned>(text[0]) + 1));
        auto const room = from.reserve();
        check(room.space.size() == 48);
        rpmsg::copy(text, room.space);
        check(from.commit(room, {.length = 48}));
        auto const sent = place::buffer(ring, room.token) + rpmsg::wire::header_size;
        check(same(rpmsg::const_bytes{shared.memory.content}.subspan(sent, 48), text));
        auto const got = to.receive();
        check(got.outcome == rpmsg::rx_outcome::message and same(got.payload, text));
        to.release(got.token);
    };
    for (int i = 0; i < 6; ++i) {
        carry(driver, device, 1);
        carry(device, driver, 0);
    }
    check(device.counts()[counter::bad_descriptor] == 0 and device.counts()[counter::chained_descriptor] == 0);
    return true;
}

TEST_CASE("A transmit buffer that is too small for a message does not stand in the way of the others") {
    STATIC_REQUIRE(a_small_buffer_serves_small_messages());
    STATIC_REQUIRE(what_fits_nowhere_waits());
    STATIC_REQUIRE(what_one_passes_over_is_told_to_others_once());
    CHECK(a_small_buffer_serves_small_messages());
    CHECK(what_fits_nowhere_waits());
}

TEST_CASE("A device that attaches asks for the doorbells that an earlier one had suppressed") {
    STATIC_REQUIRE(a_suppression_that_an_earlier_device_left_is_undone());
    CHECK(a_suppression_that_an_earlier_device_left_is_undone());
}

TEST_CASE("A status that falls and rises again loses no receive buffer") {
    STATIC_REQUIRE(what_is_held_when_the_status_falls_goes_back_when_it_rises());
    CHECK(what_is_held_when_the_status_falls_goes_back_when_it_rises());
}

TEST_CASE("One send beside unusable descriptors rings no doorbell for them") {
    STATIC_REQUIRE(unusable_buffers_ring_nothing());
    CHECK(unusable_buffers_ring_nothing());
}

TEST_CASE("Every buffer is lent once, and a sender is writable while it has one") {
    STATIC_REQUIRE(every_buffer_is_lent_once<four>(true));
    STATIC_REQUIRE(every_buffer_is_lent_once<four>(false));
    STATIC_REQUIRE(every_buffer_is_lent_once<four_plain>(true));
    STATIC_REQUIRE(every_buffer_is_lent_once<four_plain>(false));
    CHECK(every_buffer_is_lent_once<four>(true));
}

TEST_CASE("24, 25: a transmit buffer that cannot be used is passed over, until its driver mends it") {
    STATIC_REQUIRE(a_bad_buffer_is_passed_over());
    CHECK(a_bad_buffer_is_passed_over());
}

TEST_CASE("Where both ends agree where the buffers lie, a forged descriptor changes nothing") {
    STATIC_REQUIRE(nothing_hangs_on_descriptors_where_both_ends_agree());
    CHECK(nothing_hangs_on_descriptors_where_both_ends_agree());
}

} // namespace
