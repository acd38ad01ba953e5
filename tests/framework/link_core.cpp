#include <rpmsg/framework/channel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <functional>
#include <utility>

#include "transport/shared_block.hpp"
#include <rpmsg/testing/fake_clock.hpp>

namespace {
using namespace rpmsg;
constexpr auto single = vring_config{.buffers = 1, .buffer_size = 128, .alignment = 16};
constexpr auto text = std::array<std::byte, 4>{std::byte{1}};
constexpr auto ignore = [](auto&, message const&) {};
} // namespace

TEST_CASE("a loan of another channel is refused, and goes back to its own") {
    auto one = shared_block<single>{};
    auto two = shared_block<single>{};
    channel near_one{one.driver(), endpoints{endpoint<"x">(ignore)}};
    channel far_one{one.device(), endpoints{endpoint<"x">(ignore)}};
    auto near_two = decltype(near_one){two.driver(), endpoints{endpoint<"x">(ignore)}};
    auto far_two = decltype(far_one){two.device(), endpoints{endpoint<"x">(ignore)}};
    REQUIRE((near_one.start() and far_one.start() and near_two.start() and far_two.start()));
    settle(one, near_one, far_one);
    settle(two, near_two, far_two);
    {
        auto loan = near_one.get<"x">().reserve();
        auto unfinished = near_two.get<"x">().reserve();
        REQUIRE((loan and unfinished));
        CHECK(near_two.get<"x">().commit(std::move(loan), 4).error() == error::closed);
        CHECK(near_two.transport().in_flight() == 0);
    }
    CHECK(near_one.get<"x">().reserve());
    CHECK(near_two.get<"x">().reserve());
}

TEST_CASE("a loan that is dropped wakes the one who waits for its buffer") {
    auto shared = shared_block<single>{};
    channel device_side{shared.device(), endpoints{endpoint<"x">(ignore)}};
    auto loan_to_drop = std::function<void()>{};
    auto on_wait = [&](auto&) { loan_to_drop(); };
    channel host{shared.driver(), endpoints{endpoint<"x">(ignore)}, no_lock{}, testing::fake_wait{on_wait}};
    REQUIRE((device_side.start() and host.start()));
    settle(shared, host, device_side);
    auto loan = host.get<"x">().reserve();
    REQUIRE(loan);
    loan_to_drop = [&] { auto const gone = std::move(loan); };
    host.waiting().enter(2); // not the context that polls
    CHECK(host.get<"x">().send_until(text, 1000));
    CHECK(host.waiting().now() < 1000);
    CHECK(host.is_pending());
}

TEST_CASE("a loan dropped by one endpoint makes a starved one writable") {
    auto shared = shared_block<single>{};
    auto writable = 0;
    channel device_side{shared.device(), endpoints{endpoint<"x">(ignore)}};
    channel host{shared.driver(), endpoints{endpoint<"x">(ignore, [&](auto&, event const& e) {
                     writable += e.kind == event_kind::writable ? 1 : 0;
                 })}};
    REQUIRE((device_side.start() and host.start()));
    settle(shared, host, device_side);
    {
        auto const loan = host.get<"x">().reserve();
        CHECK(host.get<"x">().send(text).error() == error::no_buffer);
        host.poll();
        CHECK(writable == 0);
    }
    CHECK(host.is_pending());
    host.poll();
    CHECK(writable == 1);
    host.poll();
    CHECK(writable == 1);
}

TEST_CASE("a commit to a link that ends is refused, not dropped") {
    auto shared = shared_block<single>{};
    channel host{shared.driver(), endpoints{endpoint<"x">(ignore)}};
    channel remote{shared.device(), endpoints{endpoint<"x">(ignore)}};
    REQUIRE((remote.start() and host.start()));
    settle(shared, host, remote);
    auto loan = remote.get<"x">().reserve();
    REQUIRE(loan);
    REQUIRE(host.get<"x">().send(text));
    auto again = shared.driver();
    REQUIRE(again.start()); // the driver's next life
    remote.poll({.messages = 0});
    CHECK(remote.get<"x">().commit(std::move(loan), 4).error() == error::closed);
}
