#include <rpmsg/transport/vring/virtqueue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::pop_outcome;
using rpmsg::detail::ring_role;
using rpmsg::detail::virtqueue;

/// One ring with both of its sides and equal start indices.
template <vring_config Config, std::uint32_t Ring = 0> struct one_ring {
    static constexpr auto at = rpmsg::vring_layout<Config>::parts(Ring);
    using region = typename two_sides<Config>::region;

    two_sides<Config> shared{};
    region of_driver{shared.driver_region()};
    region of_device{shared.device_region()};
    virtqueue<Config, ring_role::driver> driver{};
    virtqueue<Config, ring_role::device> device{};

    constexpr explicit one_ring(std::uint16_t first) {
        shared.put(at.available + 2, first);
        shared.put(at.used + 2, first);
        driver.reset(Ring, first, first, true);
        device.reset(Ring, first, first, false);
    }
};

/// Buffers circulate from an index on, in order and out of order; each published one is taken once.
template <vring_config Config, std::uint32_t Ring = 0> constexpr auto buffers_go_round_from(std::uint16_t first) -> bool {
    auto ring = one_ring<Config, Ring>{first};
    auto& driver = ring.driver;
    auto& device = ring.device;
    constexpr auto at = one_ring<Config, Ring>::at;
    constexpr auto n = Config.count_of(Ring);
    for (std::uint32_t round = 0; round < 6; ++round) {
        check(device.empty(ring.of_device, at) and device.pop(ring.of_device, at).outcome == pop_outcome::none);
        for (std::uint32_t id = 0; id < n; ++id) {
            check(driver.owns(id) and not device.owns(id));
            driver.push(ring.of_driver, at, id, 0);
            check(not driver.owns(id) and driver.given() == static_cast<std::uint16_t>(first + round * n + id + 1));
        }
        check(device.empty(ring.of_device, at)); // nothing is visible before it is published
        (void)driver.publish(ring.of_driver, at, n);
        check(ring.shared.template at<std::uint16_t>(at.available + 2) == driver.given());
        check(driver.with_peer(ring.of_driver, at) == n);
        auto taken = std::array<std::uint32_t, n>{};
        for (auto& id : taken) {
            auto const got = device.pop(ring.of_device, at);
            check(got.outcome == pop_outcome::taken and device.owns(got.id));
            id = got.id;
        }
        check(device.pop(ring.of_device, at).outcome == pop_outcome::none);
        for (std::uint32_t i = 0; i < n; ++i) {
            auto const id = taken[round % 2 == 0 ? i : n - 1 - i];
            device.push(ring.of_device, at, id, 100 + id);
            (void)device.publish(ring.of_device, at);
            check(driver.with_peer(ring.of_driver, at) == n - 1 - i);
        }
        for (std::uint32_t i = 0; i < n; ++i) {
            auto const got = driver.pop(ring.of_driver, at);
            check(got.outcome == pop_outcome::taken and got.length == 100u + got.id);
            check(got.id == taken[round % 2 == 0 ? i : n - 1 - i]);
        }
        check(driver.pop(ring.of_driver, at).outcome == pop_outcome::none);
    }
    check(driver.given() == static_cast<std::uint16_t>(first + 6 * n) and device.given() == driver.taken());
    return true;
}

/// A doorbell is needed exactly when the other side has armed it since, by flags or by event index.
template <vring_config Config, std::uint32_t Ring = 0> constexpr auto who_is_armed_is_rung(std::uint16_t first) -> bool {
    auto ring = one_ring<Config, Ring>{first};
    auto& driver = ring.driver;
    auto& device = ring.device;
    constexpr auto at = one_ring<Config, Ring>::at;
    auto const send = [&](std::uint32_t id) {
        driver.push(ring.of_driver, at, id, 0);
        return driver.publish(ring.of_driver, at);
    };
    check(device.enable_notification(ring.of_device, at));
    check(send(0));
    device.disable_notification(ring.of_device, at);
    check(not send(1));
    check(not device.enable_notification(ring.of_device, at)); // a buffer arrived meanwhile: do not sleep
    check(device.pop(ring.of_device, at).id == 0 and device.pop(ring.of_device, at).id == 1);
    check(device.enable_notification(ring.of_device, at));
    check(send(2));
    if (Config.event_index) {
        check(not send(3)); // one doorbell per arming
    }
    return true;
}

/// Entries that are published together need a doorbell when the event index is among them.
constexpr auto entries_published_together_ring_for_each_other(std::uint16_t first) -> bool {
    constexpr auto config = vring_config{.buffers = 4, .buffer_size = 64, .event_index = true};
    auto ring = one_ring<config>{first};
    constexpr auto at = one_ring<config>::at;
    auto const publish = [&](std::uint32_t from, std::uint32_t count) {
        for (auto id = from; id < from + count; ++id) {
            ring.driver.push(ring.of_driver, at, id, 0);
        }
        return ring.driver.publish(ring.of_driver, at, count);
    };
    check(ring.device.enable_notification(ring.of_device, at));
    check(publish(0, 2)); // the event index is the first of them
    check(not publish(2, 2));
    return true;
}

enum class forgery { index_ahead, index_back, id_too_large, id_alias, id_twice };

/// Forged values in the used ring, as the driver reads them.
constexpr auto a_forged_used_ring_is_found_out(forgery what, std::uint16_t first) -> bool {
    constexpr auto config = vring_config{.buffers = 4, .buffer_size = 64};
    auto ring = one_ring<config>{first};
    auto& driver = ring.driver;
    constexpr auto at = one_ring<config>::at;
    driver.push(ring.of_driver, at, 2, 0);
    driver.push(ring.of_driver, at, 0, 0);
    (void)driver.publish(ring.of_driver, at, 2);
    auto const entry = [&](std::uint32_t position, std::uint32_t id) {
        ring.shared.put(at.used + 4 + 8 * ((first + position) & 3), id);
    };
    auto const index = [&](int ahead) { ring.shared.put(at.used + 2, static_cast<std::uint16_t>(first + ahead)); };
    auto expected = pop_outcome::bad_id;
    auto valid = 0;
    entry(0, 2);
    index(1);
    switch (what) {
    case forgery::index_ahead:
        index(3); // two are outstanding
        expected = pop_outcome::bad_index;
        break;
    case forgery::index_back:
        index(-1);
        expected = pop_outcome::bad_index;
        break;
    case forgery::id_too_large: entry(0, 4); break;
    case forgery::id_alias: entry(0, 0x1'0002); break;
    case forgery::id_twice:
        entry(1, 2);
        index(2);
        valid = 1;
        break;
    }
    for (int i = 0; i < valid; ++i) {
        check(driver.pop(ring.of_driver, at).outcome == pop_outcome::taken);
    }
    check(driver.pop(ring.of_driver, at).outcome == expected);
    check(driver.pop(ring.of_driver, at).outcome == expected); // another call has the same result
    check(driver.with_peer(ring.of_driver, at) <= 4);
    return true;
}

/// An id that only the larger ring has, and an index that only the larger ring can reach, are violations of the smaller one.
template <std::uint32_t Ring> constexpr auto a_smaller_ring_has_fewer_ids(std::uint16_t first) -> bool {
    constexpr auto small = std::uint16_t{2};
    constexpr auto config = vring_config{.buffers = 4,
                                         .host_to_remote_buffers = Ring == 1 ? small : std::uint16_t{},
                                         .remote_to_host_buffers = Ring == 0 ? small : std::uint16_t{},
                                         .buffer_size = 64};
    constexpr auto at = one_ring<config, Ring>::at;
    for (auto const is_id : {true, false}) {
        auto const expected = is_id ? pop_outcome::bad_id : pop_outcome::bad_index;
        auto ring = one_ring<config, Ring>{first};
        check(not ring.driver.owns(small) and not ring.device.owns(small));
        ring.shared.put(at.available + 4 + 2 * (first & 1), small);
        ring.shared.put(at.available + 2, static_cast<std::uint16_t>(first + (is_id ? 1 : 3)));
        check(ring.device.pop(ring.of_device, at).outcome == expected);
        ring.driver.push(ring.of_driver, at, 0, 0);
        ring.driver.push(ring.of_driver, at, 1, 0);
        ring.shared.put(at.used + 4 + 8 * (first & 1), std::uint32_t{small});
        ring.shared.put(at.used + 2, static_cast<std::uint16_t>(first + (is_id ? 1 : 3)));
        check(ring.driver.pop(ring.of_driver, at).outcome == expected);
    }
    return true;
}

/// Forged values in the available ring, as the device reads them.
constexpr auto a_forged_available_ring_is_found_out(forgery what, std::uint16_t first) -> bool {
    constexpr auto config = vring_config{.buffers = 4, .buffer_size = 64};
    auto ring = one_ring<config>{first};
    auto& device = ring.device;
    constexpr auto at = one_ring<config>::at;
    auto const entry = [&](std::uint32_t position, std::uint16_t id) {
        ring.shared.put(at.available + 4 + 2 * ((first + position) & 3), id);
    };
    auto const index = [&](int ahead) { ring.shared.put(at.available + 2, static_cast<std::uint16_t>(first + ahead)); };
    auto expected = pop_outcome::bad_id;
    auto valid = 0;
    entry(0, 2);
    index(1);
    switch (what) {
    case forgery::index_ahead:
        index(5);
        expected = pop_outcome::bad_index;
        break;
    case forgery::index_back:
        index(-1);
        expected = pop_outcome::bad_index;
        break;
    case forgery::id_too_large: entry(0, 4); break;
    case forgery::id_alias: entry(0, 0xffff); break;
    case forgery::id_twice:
        entry(1, 2);
        index(2);
        valid = 1;
        break;
    }
    for (int i = 0; i < valid; ++i) {
        check(device.pop(ring.of_device, at).outcome == pop_outcome::taken);
    }
    check(device.pop(ring.of_device, at).outcome == expected and device.pop(ring.of_device, at).outcome == expected);
    return true;
}

constexpr auto one = vring_config{.buffers = 1, .buffer_size = 64};
constexpr auto two = vring_config{.buffers = 2, .buffer_size = 64};
constexpr auto eight = vring_config{.buffers = 8, .buffer_size = 64};
constexpr auto many_by_index = vring_config{.buffers = 64, .buffer_size = 64, .event_index = true};
constexpr auto four_by_flags = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto four_by_index = vring_config{.buffers = 4, .buffer_size = 64, .event_index = true};

TEST_CASE("30, 44: buffers go round in any order, from 0 and across the end of the index") {
    STATIC_REQUIRE(buffers_go_round_from<one>(0));
    STATIC_REQUIRE(buffers_go_round_from<one>(0xfffe));
    STATIC_REQUIRE(buffers_go_round_from<two>(0));
    STATIC_REQUIRE(buffers_go_round_from<two>(0xfffe));
    STATIC_REQUIRE(buffers_go_round_from<eight>(0));
    STATIC_REQUIRE(buffers_go_round_from<eight>(0xfffe));
    CHECK(buffers_go_round_from<eight>(0xfffe));
    CHECK(buffers_go_round_from<many_by_index>(0xffc1));
}

constexpr auto two_and_four = vring_config{.buffers = 4, .remote_to_host_buffers = 2, .buffer_size = 64};
constexpr auto eight_and_one_by_index =
    vring_config{.buffers = 8, .host_to_remote_buffers = 1, .buffer_size = 64, .event_index = true};

TEST_CASE("Rings of two counts go round each by its own count") {
    STATIC_REQUIRE(buffers_go_round_from<two_and_four, 0>(0xfffe));
    STATIC_REQUIRE(buffers_go_round_from<two_and_four, 1>(0xfffe));
    STATIC_REQUIRE(buffers_go_round_from<eight_and_one_by_index, 0>(0xfffe));
    STATIC_REQUIRE(buffers_go_round_from<eight_and_one_by_index, 1>(0xfffe));
    STATIC_REQUIRE(who_is_armed_is_rung<two_and_four, 1>(0xfffe));
    STATIC_REQUIRE(who_is_armed_is_rung<eight_and_one_by_index, 0>(0xfffe));
    CHECK(buffers_go_round_from<two_and_four, 0>(0));
    CHECK(buffers_go_round_from<two_and_four, 1>(0));
}

TEST_CASE("1-5, 31-38: ids and indices are those of the ring, not those of the larger one") {
    STATIC_REQUIRE(a_smaller_ring_has_fewer_ids<0>(0));
    STATIC_REQUIRE(a_smaller_ring_has_fewer_ids<1>(0xfffe));
    CHECK(a_smaller_ring_has_fewer_ids<0>(0xffff));
}

TEST_CASE("A doorbell is wanted when the other side has armed itself") {
    STATIC_REQUIRE(who_is_armed_is_rung<four_by_flags>(0));
    STATIC_REQUIRE(who_is_armed_is_rung<four_by_flags>(0xfffe));
    STATIC_REQUIRE(who_is_armed_is_rung<four_by_index>(0));
    STATIC_REQUIRE(who_is_armed_is_rung<four_by_index>(0xfffe));
    STATIC_REQUIRE(entries_published_together_ring_for_each_other(0));
    STATIC_REQUIRE(entries_published_together_ring_for_each_other(0xfffe));
    CHECK(who_is_armed_is_rung<four_by_index>(0xffff));
}

TEST_CASE("31-38: a forged used ring is found out before anything is taken from it") {
    STATIC_REQUIRE(a_forged_used_ring_is_found_out(forgery::index_ahead, 0));
    STATIC_REQUIRE(a_forged_used_ring_is_found_out(forgery::index_back, 0));
    STATIC_REQUIRE(a_forged_used_ring_is_found_out(forgery::id_too_large, 0));
    STATIC_REQUIRE(a_forged_used_ring_is_found_out(forgery::id_alias, 0));
    STATIC_REQUIRE(a_forged_used_ring_is_found_out(forgery::id_twice, 0xfffe));
    CHECK(a_forged_used_ring_is_found_out(forgery::index_ahead, 0xfffe));
}

TEST_CASE("1-5: a forged available ring is found out before anything is taken from it") {
    STATIC_REQUIRE(a_forged_available_ring_is_found_out(forgery::index_ahead, 0));
    STATIC_REQUIRE(a_forged_available_ring_is_found_out(forgery::index_back, 0));
    STATIC_REQUIRE(a_forged_available_ring_is_found_out(forgery::id_too_large, 0));
    STATIC_REQUIRE(a_forged_available_ring_is_found_out(forgery::id_alias, 0));
    STATIC_REQUIRE(a_forged_available_ring_is_found_out(forgery::id_twice, 0xfffe));
    CHECK(a_forged_available_ring_is_found_out(forgery::index_back, 0xfffe));
}

} // namespace
