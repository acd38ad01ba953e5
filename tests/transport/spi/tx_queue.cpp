#include <rpmsg/transport/spi/tx_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using rpmsg::detail::spi_tx_queue;

constexpr auto buffers_are_lent_queued_and_freed() -> bool {
    auto box = spi_tx_queue<2>{};
    box.clear();
    auto const one = box.reserve();
    auto const two = box.reserve();
    check(one != two and one < 2 and two < 2 and box.reserve() == 2 and not box.has_free());
    box.discard(one);
    check(box.has_free() and box.reserve() == one);
    box.push(two);
    box.push(one);
    check(box.count() == 2 and box.unsent() == 2 and box.sent() == 0);
    check(box.send() == two and box.send() == one and box.unsent() == 0 and box.sent() == 2);
    box.confirm(1);
    check(box.count() == 1 and box.sent() == 1 and box.reserve() == two);
    return true;
}

/// More messages than the queue has places and numbers.
constexpr auto messages_are_sent_in_order_and_again_after_a_rewind(std::uint32_t messages) -> bool {
    auto box = spi_tx_queue<3>{};
    box.clear();
    for (std::uint32_t number = 0; number < messages; ++number) {
        auto const first = box.reserve();
        auto const second = box.reserve();
        box.push(first);
        box.push(second);
        check(box.first_number() == static_cast<std::uint16_t>(2 * number) and box.next_number() == box.first_number());
        check(box.send() == first and box.next_number() == static_cast<std::uint16_t>(2 * number + 1));
        check(box.send() == second);
        box.rewind();
        check(box.unsent() == 2 and box.next_number() == box.first_number());
        check(box.send() == first and box.send() == second);
        box.confirm(2);
        check(box.count() == 0);
    }
    box.clear();
    check(box.first_number() == 0 and box.has_free());
    return true;
}
/// The holder may still fill the buffer: it is not lent again before it comes back.
constexpr auto what_is_lent_stays_out() -> bool {
    auto box = spi_tx_queue<2>{};
    auto const lent = box.reserve();
    box.push(box.reserve());
    box.clear();
    auto const other = box.reserve();
    check(other < 2 and other != lent and not box.has_free() and box.count() == 0);
    box.discard(lent);
    return box.reserve() == lent;
}
} // namespace

TEST_CASE("a buffer that is lent at a restart stays out until it comes back") { STATIC_REQUIRE(what_is_lent_stays_out()); }

TEST_CASE("transmit buffers are lent, queued in any order, and free when their message came") {
    STATIC_REQUIRE(buffers_are_lent_queued_and_freed());
}

TEST_CASE("messages are sent in order, and in the same order after a rewind") {
    STATIC_REQUIRE(messages_are_sent_in_order_and_again_after_a_rewind(7));
    std::uint32_t volatile many = 40000;
    CHECK(messages_are_sent_in_order_and_again_after_a_rewind(many));
}
