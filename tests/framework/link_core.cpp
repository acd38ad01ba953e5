#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/link_core.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <utility>

namespace {

using rpmsg::address;
using rpmsg::counter;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::event;
using rpmsg::link_event;
using rpmsg::message;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

/// A lock that records whether it is held, and how often it was taken.
struct watched_lock {
    bool* is_held;
    int* taken;
    constexpr auto lock() -> void {
        check(not *is_held);
        *is_held = true;
        ++*taken;
    }
    constexpr auto unlock() -> void {
        check(*is_held);
        *is_held = false;
    }
};

constexpr auto ignore = [](auto&, message const&) {};
constexpr auto hear = [](auto&, event const&) {};
using table = decltype(endpoints{endpoint<"x">(ignore, hear)});

constexpr auto each_call_takes_the_lock_and_gives_it_back() -> bool {
    auto memory = loopback_memory<>{};
    auto is_held = false;
    auto taken = 0;
    auto core = rpmsg::detail::link_core<loopback<>, table, watched_lock, rpmsg::no_wait>{
        loopback<>{memory, 0}, endpoints{endpoint<"x">(ignore, hear)}, watched_lock{&is_held, &taken}, rpmsg::no_wait{}};
    auto other = loopback<>{memory, 1};
    {
        auto const link = core.locked();
        check(is_held and link->start().has_value());
    }
    check(other.start().has_value());
    check(core.send_from(0, address{1}, {}).error() == error::closed);
    check(core.poll_transport(0).event == link_event::up);
    (void)other.poll(0);

    auto const before = taken;
    check(core.send_from(0, rpmsg::any_address, {}).error() == error::not_bound);
    core.table().state(0).bind(address{5});
    check(core.peer_of(0) == address{5} and core.local_of(0) == address{1024});
    check(core.send_from(0, rpmsg::any_address, {}).has_value());
    auto loan = core.reserve_for(0);
    check(core.commit_from(0, rpmsg::any_address, std::move(loan), 0).has_value());
    { auto const dropped = core.reserve_for(0); }
    core.table().state(0).bind(rpmsg::any_address);
    check(core.peer_of(0) == rpmsg::any_address);
    check(taken == before + 9 and not is_held);
    check(other.receive().destination == address{5});
    return true;
}

constexpr auto what_was_lent_before_is_stale() -> bool {
    auto memory = loopback_memory<>{};
    auto is_held = false;
    auto taken = 0;
    auto core = rpmsg::detail::link_core<loopback<>, table, watched_lock, rpmsg::no_wait>{
        loopback<>{memory, 0}, endpoints{endpoint<"x">(ignore, hear)}, watched_lock{&is_held, &taken}, rpmsg::no_wait{}};
    auto other = loopback<>{memory, 1};
    check(core.locked()->start().has_value() and other.start().has_value());
    (void)core.poll_transport(0);
    auto loan = core.reserve_for(0);
    auto dropped = core.reserve_for(0);
    check(core.close_transport().event == link_event::down);
    check(core.reserve_for(0).refusal() == error::closed);
    check(core.locked()->start().has_value());
    check(core.poll_transport(0).event == link_event::up);
    check(core.commit_from(0, address{5}, std::move(loan), 0).error() == error::closed);
    { auto const gone = std::move(dropped); }
    check(core.transport().counts()[counter::stale_loan] == 2);
    return true;
}

constexpr auto starving_is_told_once() -> bool {
    auto memory = loopback_memory<1>{};
    auto core = rpmsg::detail::link_core<loopback<true, 1>, table, rpmsg::no_lock, rpmsg::no_wait>{
        loopback<true, 1>{memory, 0}, endpoints{endpoint<"x">(ignore, hear)}, rpmsg::no_lock{}, rpmsg::no_wait{}};
    auto other = loopback<true, 1>{memory, 1};
    check(core.locked()->start().has_value() and other.start().has_value());
    (void)core.poll_transport(0);
    (void)other.poll(0);
    check(not core.take_writable() and not core.take_starved(0));
    check(core.send_from(0, address{5}, {}).has_value() and core.send_from(0, address{5}, {}).error() == error::no_buffer);
    check(not core.take_writable());
    other.release(other.receive().token);
    check(core.take_writable() and not core.take_writable());
    check(core.take_starved(0) and not core.take_starved(0));
    return true;
}

TEST_CASE("Each call of a link takes the lock and gives it back") {
    STATIC_REQUIRE(each_call_takes_the_lock_and_gives_it_back());
    CHECK(each_call_takes_the_lock_and_gives_it_back());
}

TEST_CASE("What was lent before the link went down is stale after it came up again") {
    STATIC_REQUIRE(what_was_lent_before_is_stale());
    CHECK(what_was_lent_before_is_stale());
}

TEST_CASE("A sender that found no buffer receives writable once when there is one") {
    STATIC_REQUIRE(starving_is_told_once());
    CHECK(starving_is_told_once());
}

} // namespace

namespace {
constexpr auto mixed_sizes =
    rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::linux_virtio};

/// The driver's first buffer is small, and it is offered first.
constexpr auto a_loan_is_the_largest_that_there_is() -> bool {
    auto shared = two_sides<mixed_sizes>{};
    auto driver = rpmsg::channel{shared.driver(), rpmsg::endpoints{rpmsg::endpoint<2, 1>([](auto&, auto const&) {})}};
    auto device = rpmsg::channel{shared.device(), rpmsg::endpoints{rpmsg::endpoint<1, 2>([](auto&, auto const&) {})}};
    check(driver.start().has_value() and device.start().has_value());
    settle(shared, driver, device);
    shared.put(rpmsg::vring_layout<mixed_sizes>::parts(0).descriptors + 8, std::uint32_t{36});
    for (int i = 0; i < 100; ++i) {
        auto room = device.at(0).reserve();
        check(room.payload().size() == 48 and device.at(0).commit(std::move(room), 40).has_value());
        settle(shared, driver, device, 0, 1);
    }
    auto const first = device.at(0).reserve();
    auto const second = device.at(0).reserve();
    auto const third = device.at(0).reserve();
    check(not device.at(0).reserve(40)); // the buffers left are too small
    auto const small = device.at(0).reserve(20);
    check(small.payload().size() == 20 and first.payload().size() == 48 and third.payload().size() == 48);
    check(device.at(0).reserve(49).refusal() == rpmsg::error::too_large);
    return true;
}
} // namespace

TEST_CASE("A loan has room for what it is asked for, and is the largest that there is where nothing is said") {
    STATIC_REQUIRE(a_loan_is_the_largest_that_there_is());
    CHECK(a_loan_is_the_largest_that_there_is());
}
