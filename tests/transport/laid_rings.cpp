#include <rpmsg/transport/laid_rings.hpp>

#include "check.hpp"
#include "transport/shared_block.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {

using rpmsg::vring_config;
using rpmsg::detail::ring_role;
namespace dialects = rpmsg::wire::dialects;

/// The steps of one role, which no one else reaches, over the block that both share.
template <ring_role Role, vring_config Config>
struct opened : rpmsg::detail::laid_rings<Role, Config, typename shared_block<Config>::region, rpmsg::no_doorbell,
                                          rpmsg::vring_layout<Config>> {
    using rings = rpmsg::detail::laid_rings<Role, Config, typename shared_block<Config>::region, rpmsg::no_doorbell,
                                            rpmsg::vring_layout<Config>>;
    constexpr explicit opened(typename shared_block<Config>::region memory) : rings{memory, {}, {}} {}
    using rings::adopt;
    using rings::give_all_back;
    using rings::hand_over;
    using rings::is_standing;
    using rings::lay_out;
    using rings::resumes_;
    using rings::rx;
    using rings::tx;
    using rings::unused_;
    constexpr auto take(std::uint32_t ring) -> std::uint32_t { return this->next_id(this->shared_, ring, nullptr); }
};

constexpr auto four = vring_config{.buffers = 4, .buffer_size = 64, .dialect = dialects::linux_virtio};

/// Both sides of one block, in its place: they point to its memory.
struct sides {
    shared_block<four> shared{};
    opened<ring_role::driver, four> driver{shared.memory};
    opened<ring_role::device, four> device{shared.memory};
};

constexpr auto a_device_adopts_what_a_driver_lays_out() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    check(not driver.unused_.is_empty() and driver.rx().given() == 4 and driver.tx().given() == 0);
    device.adopt();
    check(device.unused_.is_empty() and device.is_standing(0) and device.is_standing(1));
    for (std::uint32_t id = 0; id < 4; ++id) {
        check(device.take(0) == id);
    }
    check(device.take(0) == rpmsg::nowhere and device.take(1) == rpmsg::nowhere);
    return true;
}

/// What a device that closes has taken goes back or into its stash, and it goes on there when it resumes.
constexpr auto a_closed_device_goes_on_where_it_stopped() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    driver.hand_over(1, 2, 20);
    check(device.take(1) == 2 and device.take(0) == 0); // a message is held, room is reserved
    device.give_all_back();
    check(driver.take(1) == 2 and device.unused_.contains(0));
    device.resumes_ = true;
    device.adopt();
    check(not device.resumes_ and device.unused_.contains(0) and device.tx().taken() == 1);
    return true;
}

/// Rings that were laid out anew meanwhile are adopted, not resumed.
constexpr auto rings_of_the_next_life_are_adopted() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    driver.hand_over(1, 0, 20);
    check(device.take(1) == 0);
    device.give_all_back();
    driver.lay_out();
    check(not device.is_standing(1));
    device.resumes_ = true;
    device.adopt();
    check(device.rx().taken() == 0 and device.is_standing(1));
    return true;
}

/// What was seen of the rings of one life is not believed of the next, though their indices are the same.
constexpr auto what_was_seen_is_forgotten_when_resuming() -> bool {
    auto [shared, driver, device] = sides{};
    driver.lay_out();
    device.adopt();
    driver.hand_over(1, 0, 20);
    driver.hand_over(1, 1, 20);
    check(device.take(1) == 0); // and it has seen the other
    driver.lay_out();
    driver.hand_over(1, 0, 20);
    device.resumes_ = true;
    device.adopt();
    check(device.take(1) == rpmsg::nowhere);
    check(device.counts()[rpmsg::event_count::bad_id] == 0 and device.rx().taken() == 1);
    return true;
}

TEST_CASE("What was seen of a ring is forgotten when a device resumes") {
    STATIC_REQUIRE(what_was_seen_is_forgotten_when_resuming());
    CHECK(what_was_seen_is_forgotten_when_resuming());
}

TEST_CASE("A device adopts what a driver lays out") {
    STATIC_REQUIRE(a_device_adopts_what_a_driver_lays_out());
    CHECK(a_device_adopts_what_a_driver_lays_out());
}

TEST_CASE("A closed device goes on where it stopped") {
    STATIC_REQUIRE(a_closed_device_goes_on_where_it_stopped());
    CHECK(a_closed_device_goes_on_where_it_stopped());
}

TEST_CASE("Rings of the driver's next life are adopted, not resumed") {
    STATIC_REQUIRE(rings_of_the_next_life_are_adopted());
    CHECK(rings_of_the_next_life_are_adopted());
}

} // namespace
