#include <rpmsg/transport/vring/ring_attach.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::ring_role;
namespace wire = rpmsg::wire;
namespace dialects = wire::dialects;

/// Access to protected members of one role, over the shared block.
template <ring_role Role, vring_config Config>
struct opened : rpmsg::detail::ring_attach<Role, Config, typename two_sides<Config>::region, rpmsg::no_doorbell,
                                           rpmsg::vring_layout<Config>> {
    using rings = rpmsg::detail::ring_attach<Role, Config, typename two_sides<Config>::region, rpmsg::no_doorbell,
                                             rpmsg::vring_layout<Config>>;
    constexpr explicit opened(typename two_sides<Config>::region memory) : rings{memory, {}, {}} {}
    /// Comes up like a device, and resumes if possible.
    constexpr auto adopt() -> void {
        if (not are_standing()) {
            rings::adopt();
        }
    }
    constexpr auto are_standing() -> bool { return this->has_mark() and this->are_ours(); }
    using rings::forget_rings;
    using rings::give_all_back;
    using rings::hand_over;
    using rings::is_late;
    using rings::lay_out;
    using rings::rx;
    using rings::tx;
    using rings::unused_;
    constexpr auto take(std::uint32_t ring) -> std::uint32_t {
        return this->next_id(this->shared_, this->layout_.parts(ring), ring, nullptr);
    }
};

constexpr auto four = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::linux_virtio};

/// Both sides of one block; not movable, as they point to its memory.
struct sides {
    two_sides<four> shared{};
    opened<ring_role::driver, four> driver{shared.memory};
    opened<ring_role::device, four> device{shared.memory};
};

constexpr auto a_device_adopts_what_a_driver_lays_out() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    check(not driver.unused_.is_empty() and driver.rx().given() == 4 and driver.tx().given() == 0);
    device.adopt();
    check(device.unused_.is_empty() and not opened<ring_role::device, four>{shared.memory}.are_standing());
    check(device.are_standing());
    for (std::uint32_t id = 0; id < 4; ++id) {
        check(device.take(0) == id);
    }
    check(device.take(0) == rpmsg::nowhere and device.take(1) == rpmsg::nowhere);
    return true;
}

/// A device that closes returns the messages taken, keeps its loans, and continues from there when it resumes.
constexpr auto a_closed_device_goes_on_where_it_stopped() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    driver.hand_over(1, 2, 20);
    check(device.take(1) == 2 and device.take(0) == 0); // a message is held, a buffer is reserved
    device.give_all_back();
    check(driver.take(1) == 2 and device.is_late(0) and device.unused_.is_empty());
    device.adopt();
    check(device.is_late(0) and device.tx().taken() == 1);
    device.forget_rings(); // broken rings are not resumed
    device.adopt();
    check(device.unused_.is_empty() and device.tx().taken() == 0);
    return true;
}

/// Also where all indices are 0 and the same buffer is taken on both rings: only the mark differs.
constexpr auto rings_laid_out_anew_are_told_from_old_ones_by_their_mark() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    check(device.take(0) == 0);
    driver.hand_over(1, 0, 20);
    check(device.take(1) == 0 and device.are_standing());
    driver.lay_out();
    check(not device.are_standing());
    device.adopt();
    check(device.unused_.is_empty() and device.tx().taken() == 0 and device.rx().taken() == 0 and device.are_standing());
    return true;
}

/// Another device that attached meanwhile leaves its own mark.
constexpr auto rings_that_another_device_used_are_not_resumed() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    auto other = opened<ring_role::device, four>{shared.memory};
    other.adopt();
    check(other.are_standing() and not device.are_standing());
    return true;
}

/// Rings that were initialised again meanwhile are adopted, not resumed.
constexpr auto rings_of_the_next_life_are_adopted() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    driver.hand_over(1, 0, 20);
    check(device.take(1) == 0);
    device.give_all_back();
    driver.lay_out();
    check(not device.are_standing());
    device.adopt();
    check(device.rx().taken() == 0 and device.are_standing());
    return true;
}

/// Indices read before a restart are not used afterwards, even if the new ones are the same.
constexpr auto what_was_seen_is_forgotten_when_resuming() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    driver.hand_over(1, 0, 20);
    driver.hand_over(1, 1, 20);
    check(device.take(1) == 0); // and has read the index of the second one
    driver.lay_out();
    driver.hand_over(1, 0, 20);
    device.adopt();
    check(device.take(1) == 0 and device.take(1) == rpmsg::nowhere);
    check(device.counts()[rpmsg::counter::bad_id] == 0 and device.rx().taken() == 1);
    return true;
}

TEST_CASE("What was seen of a ring is forgotten when a device resumes") {
    STATIC_REQUIRE(what_was_seen_is_forgotten_when_resuming());
    CHECK(what_was_seen_is_forgotten_when_resuming());
}

/// A user's layout that satisfies the concept and returns offsets set by the test.
template <vring_config Config> struct odd_layout {
    using plain = rpmsg::vring_layout<Config>;
    rpmsg::wire::vring_parts ring_1 = plain::parts(1);
    std::uint32_t status_at = plain::status();
    std::uint32_t control_at = plain::control();
    std::uint32_t boot_at = plain::boot();
    std::uint32_t odd_buffer = rpmsg::nowhere; ///< returned offset of the third buffer of ring 0
    std::uint32_t found_at = rpmsg::nowhere;   ///< returned offset of every address

    constexpr auto parts(std::uint32_t ring) const { return ring == 0 ? plain::parts(0) : ring_1; }
    constexpr auto offset_of(std::uint64_t address, std::uint32_t length) const -> std::uint32_t {
        return found_at != rpmsg::nowhere ? found_at : plain::offset_of(address, length);
    }
    constexpr auto address_of(std::uint32_t offset) const -> std::uint64_t { return plain::address_of(offset); }
    constexpr auto buffer(std::uint32_t ring, std::uint32_t id) const -> std::uint32_t {
        return odd_buffer != rpmsg::nowhere and ring == 0 and id == 2 ? odd_buffer : plain::buffer(ring, id);
    }
    constexpr auto status() const { return status_at; }
    constexpr auto control() const { return control_at; }
    constexpr auto boot() const { return boot_at; }
    static constexpr auto rebase(std::uint64_t) -> bool { return true; }
    static constexpr auto fits(std::uint32_t, rpmsg::ring_counts const&) -> bool { return true; } // without a check
};

constexpr auto odd(wire::dialect dialect) -> vring_config {
    return {.buffers = 4, .buffer_size = 64, .device_base = 0x1000, .dialect = dialect};
}

template <ring_role Role, vring_config Config> constexpr auto starts(auto change) -> bool {
    using region = typename two_sides<Config>::region;
    auto shared = two_sides<Config>{};
    auto layout = odd_layout<Config>{};
    change(layout);
    auto const before = shared.memory.content;
    auto start = [&](auto side) {
        auto const started = side.start();
        check(started.has_value() or (started.error() == rpmsg::error::misconfigured and shared.memory.content == before));
        return started.has_value();
    };
    if constexpr (Role == ring_role::driver) {
        return start(
            rpmsg::vring_driver<Config, region, rpmsg::no_doorbell, odd_layout<Config>>{region{shared.memory}, {}, layout});
    } else {
        return start(
            rpmsg::vring_device<Config, region, rpmsg::no_doorbell, odd_layout<Config>>{region{shared.memory}, {}, layout});
    }
}
template <vring_config Config> constexpr auto starts_of_both(auto change) -> int {
    return starts<ring_role::driver, Config>(change) + starts<ring_role::device, Config>(change);
}

TEST_CASE("A layout of the user's own that leads outside of the region is misconfigured") {
    auto const try_all = [&]<vring_config Config>() {
        constexpr auto size = rpmsg::vring_layout<Config>::size();
        CHECK(starts_of_both<Config>([](auto&) {}) == 2);
        for (auto const outside : {size - 2, size, 0xffff'fffeu, 0xffff'fff0u, 2u}) {
            CAPTURE(outside);
            CHECK(starts_of_both<Config>([&](auto& it) { it.ring_1.used = outside; }) == 0);
            CHECK(starts_of_both<Config>([&](auto& it) { it.ring_1.descriptors = outside; }) == 0);
            if (outside % 2 == 0 and outside != 2) {
                CHECK(starts_of_both<Config>([&](auto& it) { it.ring_1.available = outside; }) == 0);
            }
            CHECK_FALSE(starts<ring_role::driver, Config>([&](auto& it) { it.odd_buffer = outside; }));
            CHECK(starts<ring_role::device, Config>([&](auto& it) { it.odd_buffer = outside; }));
            if constexpr (Config.dialect.status_in_table) {
                CHECK(starts_of_both<Config>([&](auto& it) { it.status_at = outside; }) == 0);
            }
            if constexpr (Config.dialect.attach == wire::attach_rule::epochs) {
                CHECK(starts_of_both<Config>([&](auto& it) { it.control_at = outside; }) == 0);
            }
            if constexpr (Config.dialect.attach == wire::attach_rule::boot_words) {
                CHECK(starts_of_both<Config>([&](auto& it) { it.boot_at = outside; }) == 0);
            }
        }
    };
    try_all.template operator()<odd(dialects::linux_virtio)>();
    try_all.template operator()<odd(dialects::openamp)>();
    try_all.template operator()<odd(dialects::linux_bufsz)>();
    try_all.template operator()<odd(dialects::nuttx)>();
    try_all.template operator()<odd(dialects::rpmsg)>();
}

/// The offset returned for each descriptor is checked, too.
constexpr auto a_buffer_outside_is_a_bad_descriptor(std::uint32_t found) -> bool {
    constexpr auto config = odd(dialects::openamp);
    using region = typename two_sides<config>::region;
    auto shared = two_sides<config>{};
    auto driver = shared.driver();
    auto layout = odd_layout<config>{};
    layout.found_at = found;
    auto device =
        rpmsg::vring_device<config, region, rpmsg::no_doorbell, odd_layout<config>>{region{shared.memory}, {}, layout};
    check(driver.start().has_value() and device.start().has_value());
    check(driver.poll(0).event == rpmsg::link_event::up and device.poll(0).event == rpmsg::link_event::up);
    auto const room = device.reserve();
    return not room and device.counts()[rpmsg::counter::bad_descriptor] > 0;
}

TEST_CASE("A buffer that a layout of the user's own finds outside of the region is a bad descriptor") {
    constexpr auto size = rpmsg::vring_layout<odd(dialects::openamp)>::size();
    STATIC_REQUIRE(not a_buffer_outside_is_a_bad_descriptor(size - 64));
    STATIC_REQUIRE(a_buffer_outside_is_a_bad_descriptor(size - 60));
    for (auto const odd : {1u, 2u, 3u}) {
        CHECK(a_buffer_outside_is_a_bad_descriptor(size - 64 - odd));
        CHECK(a_buffer_outside_is_a_bad_descriptor(size - 68 - odd));
        CHECK_FALSE(a_buffer_outside_is_a_bad_descriptor(size - 64 - 4 * odd));
    }
    STATIC_REQUIRE(a_buffer_outside_is_a_bad_descriptor(0xffff'fff0));
}

TEST_CASE("Rings that were initialised again are distinguished from old ones by the mark of the device") {
    STATIC_REQUIRE(rings_laid_out_anew_are_told_from_old_ones_by_their_mark());
    CHECK(rings_laid_out_anew_are_told_from_old_ones_by_their_mark());
    STATIC_REQUIRE(rings_that_another_device_used_are_not_resumed());
    CHECK(rings_that_another_device_used_are_not_resumed());
}

TEST_CASE("A device adopts what a driver lays out") {
    STATIC_REQUIRE(a_device_adopts_what_a_driver_lays_out());
    CHECK(a_device_adopts_what_a_driver_lays_out());
}

TEST_CASE("A closed device goes on where it stopped") {
    STATIC_REQUIRE(a_closed_device_goes_on_where_it_stopped());
    CHECK(a_closed_device_goes_on_where_it_stopped());
}

TEST_CASE("Rings of a restarted driver are adopted, not resumed") {
    STATIC_REQUIRE(rings_of_the_next_life_are_adopted());
    CHECK(rings_of_the_next_life_are_adopted());
}

} // namespace
