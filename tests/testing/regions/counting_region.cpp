#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/testing/regions/counting_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using namespace rpmsg;
using testing::access_counts;
using memory = testing::array_memory<256>;
using counted = testing::counting_region<testing::array_region<256>>;

constexpr auto every_access_is_counted_and_passed_on() -> bool {
    auto content = memory{};
    auto counts = access_counts{};
    auto shared = counted{content, counts};
    shared.store<site::own_index>(2, std::uint16_t{7});
    shared.store<site::own_entry>(4, 0x1234'5678u);
    check(shared.load<site::peer_index, std::uint16_t>(2) == 7);
    check(shared.load<site::peer_entry, std::uint32_t>(4) == 0x1234'5678);
    shared.fence<site::arm_fence>();
    shared.clean(0, 8);
    shared.invalidate(0, 8);
    check(shared.view(0, 8).size() == 8 and shared.view(250, 8).empty() and shared.size() == 256);
    check(counts.loads() == 2 and counts.loads(site::peer_index) == 1 and counts.loads(site::header_load) == 0);
    check(counts.stores() == 2 and counts.stores(site::own_index) == 1 and counts.fences(site::arm_fence) == 1);
    check(counts.views() == 2 and counts.cleans() == 1 and counts.invalidates() == 1);
    check(counts.double_fetches() == 0);
    counts.clear();
    check(counts.loads() == 0 and counts.stores() == 0 and counts.views() == 0);
    return true;
}

/// Whether doing f within one decision is reported as a second fetch.
template <typename F> constexpr auto is_reported(F f) -> bool {
    auto content = memory{};
    auto counts = access_counts{};
    auto shared = counted{content, counts};
    counts.begin_decision();
    f(shared, counts);
    return counts.double_fetches() != 0;
}
template <site Site> constexpr auto fetch(counted& shared, std::uint32_t offset = 8) -> void {
    (void)shared.load<Site, std::uint16_t>(offset);
}

/// What no consumer may do: the length is checked with one load and used with another.
constexpr auto reads_a_length_twice(counted& shared) -> std::uint32_t {
    if (shared.load<site::header_load, std::uint32_t>(16) > 48) {
        return 0;
    }
    return shared.load<site::header_load, std::uint32_t>(16);
}

constexpr auto second_fetches_are_found() -> bool {
    check(is_reported([](auto& shared, auto&) { (void)reads_a_length_twice(shared); }));
    check(is_reported([](auto& shared, auto&) { fetch<site::peer_index>(shared), fetch<site::peer_index>(shared); }));
    check(is_reported([](auto& shared, auto&) { fetch<site::peer_entry>(shared), fetch<site::peer_entry>(shared); }));
    check(is_reported([](auto& shared, auto&) { fetch<site::descriptor_load>(shared), fetch<site::descriptor_load>(shared); }));
    check(is_reported([](auto& shared, auto&) { fetch<site::status_load>(shared), fetch<site::status_load>(shared); }));
    check(is_reported([](auto& shared, auto&) {
        fetch<site::peer_index>(shared);
        shared.template fence<site::arm_fence>();
        fetch<site::peer_entry>(shared), fetch<site::peer_entry>(shared);
    }));
    return true;
}

constexpr auto honest_fetches_are_not() -> bool {
    check(
        not is_reported([](auto& shared, auto&) { fetch<site::peer_entry>(shared, 8), fetch<site::peer_entry>(shared, 10); }));
    check(not is_reported([](auto& shared, auto&) { fetch<site::own_index>(shared), fetch<site::own_index>(shared); }));
    check(not is_reported([](auto& shared, auto& counts) {
        fetch<site::peer_index>(shared);
        counts.begin_decision();
        fetch<site::peer_index>(shared);
    }));
    check(not is_reported([](auto& shared, auto&) {
        fetch<site::peer_index>(shared);
        shared.template fence<site::arm_fence>();
        fetch<site::peer_index>(shared), fetch<site::peer_index>(shared);
    }));
    check(not is_reported([](auto& shared, auto&) {
        fetch<site::peer_entry>(shared);
        shared.template store<site::own_index>(2, std::uint16_t{1});
        fetch<site::peer_entry>(shared);
    }));
    return true;
}

/// A message each way over the shipped rings; `Traps` makes a second fetch a compile error.
constexpr auto rings = vring_config{.buffers = 4, .buffer_size = 64};
constexpr auto the_shipped_rings_fetch_once() -> bool {
    constexpr auto size = vring_layout<rings>::size();
    using region = testing::counting_region<testing::array_region<size>>;
    auto content = testing::array_memory<size>{};
    auto counts = access_counts{true};
    auto device = vring_device<rings, region>{region{content, counts}};
    auto driver = vring_driver<rings, region>{region{content, counts}};
    auto const decide = [&](auto&& f) {
        counts.begin_decision();
        return f();
    };
    check(decide([&] { return device.start(); }).has_value());
    check(decide([&] { return driver.start(); }).has_value());
    for (auto now = 0u; now < 6; ++now) {
        (void)decide([&] { return driver.poll(now); });
        (void)decide([&] { return device.poll(now); });
    }
    check(device.is_up() and driver.is_up());
    auto const carry = [&](auto& from, auto& to) {
        auto const room = decide([&] { return from.reserve(); });
        check(static_cast<bool>(room));
        check(decide([&] { return from.commit(room, {.length = 4}); }));
        auto const message = decide([&] { return to.receive(); });
        check(message.outcome == rx_outcome::message);
        decide([&] { to.release(message.token); });
    };
    for (auto i = 0; i < 10; ++i) {
        carry(device, driver);
        carry(driver, device);
    }
    return counts.loads(site::peer_entry) >= 20;
}

} // namespace

TEST_CASE("A counting region keeps account of every access") {
    STATIC_REQUIRE(every_access_is_counted_and_passed_on());
    CHECK(every_access_is_counted_and_passed_on());
}

TEST_CASE("A second fetch of one field for one decision is found") {
    STATIC_REQUIRE(second_fetches_are_found());
    CHECK(second_fetches_are_found());
}

TEST_CASE("Fetches of other fields and for other decisions are not reported") {
    STATIC_REQUIRE(honest_fetches_are_not());
    CHECK(honest_fetches_are_not());
}

TEST_CASE("The shipped rings fetch everything once") {
    STATIC_REQUIRE(the_shipped_rings_fetch_once());
    CHECK(the_shipped_rings_fetch_once());
}
