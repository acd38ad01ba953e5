#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dma_sender.hpp>
#include <rpmsg/testing/late_dma.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>
#include <type_traits>
#include <utility>

namespace {

using rpmsg::counter;
using rpmsg::dma_ref;
using rpmsg::dma_start;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::error;
using rpmsg::message;
using rpmsg::status;
using rpmsg::testing::late_dma;
using rpmsg::testing::loopback;

constexpr auto large = "twenty bytes or more"_payload;
constexpr auto second = "another large payload"_payload;
constexpr auto small = "small"_payload;

/// What the receiver got.
struct inbox {
    std::uint32_t count{};
    std::array<std::byte, 48> last{};
    std::size_t size{};
    constexpr auto holds(rpmsg::const_bytes what) const -> bool { return same(rpmsg::const_bytes{last}.first(size), what); }
};
struct receive_into {
    inbox* to;
    constexpr auto operator()(auto&, message const& m) const -> void {
        ++to->count;
        to->size = m.payload.size();
        rpmsg::copy(m.payload, to->last);
    }
};
struct outcomes {
    std::uint32_t count{};
    error last{};
};
struct note {
    outcomes* to;
    constexpr auto operator()(status outcome) const -> void {
        ++to->count;
        to->last = outcome.error();
    }
};

using wire = loopback<true, 4, 48>;
constexpr auto ignore = [](auto&, message const&) {};

/// A sender with a channel under control of the test, from 20 bytes, and the other end.
template <typename Dma = dma_ref<late_dma>> struct stage {
    using near_channel = rpmsg::channel<wire, decltype(endpoints{endpoint<"x">(ignore)})>;
    using far_channel = rpmsg::channel<wire, decltype(endpoints{endpoint<"x">(receive_into{})})>;

    rpmsg::testing::loopback_memory<4, 48> memory{};
    inbox got{};
    outcomes told{};
    late_dma dma{};
    near_channel near{wire{memory, 0}, endpoints{endpoint<"x">(ignore)}};
    far_channel far{wire{memory, 1}, endpoints{endpoint<"x">(receive_into{&got})}};
    rpmsg::dma_sender<typename near_channel::endpoint, Dma, note> sender;

    constexpr stage() requires std::same_as<Dma, dma_ref<late_dma>>
        : sender{near.template get<"x">(), 20, Dma{dma}, note{&told}} {
        bring_up();
    }
    constexpr stage() : sender{near.template get<"x">(), 20, Dma{}, note{&told}} { bring_up(); }
    constexpr auto bring_up() -> void {
        check(near.start().has_value() and far.start().has_value());
        run();
        check(near.template get<"x">().is_bound());
    }
    constexpr auto run() -> void {
        for (auto i = 0; i < 4; ++i) {
            near.poll();
            far.poll();
        }
    }
    /// Number of messages that can be sent in a row: all buffers are there again.
    constexpr auto has_all_buffers() -> bool {
        run();
        auto count = 0;
        while (count < 10 and near.template get<"x">().send(small).has_value()) {
            ++count;
        }
        run();
        return count == 4;
    }
};

constexpr auto a_large_payload_is_sent_when_its_transfer_has_ended() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large).has_value());
    s.run();
    check(s.sender.is_running() and s.got.count == 0 and s.told.count == 0);
    s.dma.finish();
    s.run();
    check(s.got.count == 0); // the interrupt has not come yet
    s.sender.complete();
    check(s.told.count == 1 and s.told.last == error{} and not s.sender.is_running());
    s.run();
    check(s.got.count == 1 and s.got.holds(large) and s.sender.counts().started == 1);
    return s.has_all_buffers();
}

constexpr auto the_threshold_is_the_smallest_payload_for_dma() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large.first(19)).has_value());
    check(s.dma.starts == 0 and s.told.count == 1);
    check(s.sender.send(large.first(20)).has_value());
    check(s.dma.starts == 1 and s.told.count == 1);
    s.dma.finish();
    s.sender.complete();
    s.run();
    return s.got.count == 2 and s.told.count == 2;
}

constexpr auto a_channel_that_does_not_start_leaves_the_copy_to_the_core() -> bool {
    for (auto const why : {dma_start::busy, dma_start::refused}) {
        auto s = stage<>{};
        s.dma.answer = why;
        check(s.sender.send(large).has_value() and s.told.count == 1 and s.told.last == error{});
        check(not s.sender.is_running() and s.sender.counts().by_core == 1);
        s.run();
        check(s.got.count == 1 and s.got.holds(large));
        check(s.has_all_buffers());
    }
    return true;
}

constexpr auto a_second_payload_during_a_transfer_is_refused_and_order_is_kept() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large).has_value());
    check(s.sender.send(second).error() == error::no_buffer and s.sender.send(small).error() == error::no_buffer);
    check(s.told.count == 0);
    s.dma.finish();
    s.sender.complete();
    check(s.sender.send(small).has_value());
    s.run();
    check(s.got.count == 2 and s.got.holds(small));
    return s.has_all_buffers();
}

constexpr auto an_interrupt_that_comes_twice_is_counted_and_sends_nothing() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large).has_value());
    s.dma.finish();
    s.sender.complete();
    s.sender.complete();
    check(s.sender.counts().spurious == 1 and s.told.count == 1);
    check(s.sender.send(second).has_value());
    s.sender.complete(); // of the first transfer once more: the second one still runs
    s.run();
    check(s.sender.counts().spurious == 2 and s.got.count == 1 and s.sender.is_running());
    s.dma.finish();
    s.sender.complete();
    s.run();
    check(s.got.count == 2 and s.got.holds(second) and s.told.count == 2);
    return s.has_all_buffers();
}

constexpr auto a_transfer_that_ends_after_the_link_was_reset_sends_nothing() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large).has_value());
    check(s.near.reset().has_value());
    s.run();
    check(s.near.is_up() and s.sender.is_running());
    for (auto i = 0; i < 3; ++i) { // the buffer is not lent again while the channel writes to it
        check(s.near.get<"x">().send(small).has_value());
    }
    check(s.near.get<"x">().send(small).error() == error::no_buffer);
    s.dma.finish();
    s.sender.complete();
    check(s.told.count == 1 and s.told.last == error::closed);
    check(s.near.counts()[counter::stale_loan] == 1);
    s.run();
    check(s.got.count == 3 and s.got.holds(small));
    return s.has_all_buffers();
}

constexpr auto a_transfer_that_never_ends_is_aborted_at_its_deadline() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large, {.is_set = true, .at = 100}).has_value());
    check(s.sender.next_deadline().is_set and s.sender.next_deadline().at == 100);
    check(s.near.get<"x">().send(small).has_value()); // others are not blocked
    s.sender.poll(99);
    check(s.dma.aborts == 0 and s.told.count == 0);
    s.sender.poll(100);
    check(s.dma.aborts == 1 and s.told.count == 1 and s.told.last == error{});
    check(s.sender.counts().timed_out == 1 and not s.sender.next_deadline().is_set);
    s.sender.complete(); // the interrupt that was on its way
    check(s.told.count == 1 and s.sender.counts().spurious == 1);
    s.run();
    check(s.got.count == 2 and s.got.holds(large));
    return s.has_all_buffers();
}

constexpr auto a_buffer_stays_out_while_an_aborted_channel_still_writes() -> bool {
    auto s = stage<>{};
    s.dma.stops_at_once = false;
    check(s.sender.send(large, {.is_set = true, .at = 100}).has_value());
    s.sender.poll(200);
    check(s.dma.aborts == 1 and s.told.count == 0 and s.sender.is_running() and not s.sender.next_deadline().is_set);
    s.sender.poll(300);
    check(s.dma.aborts == 1 and s.sender.counts().timed_out == 1);
    for (auto i = 0; i < 3; ++i) {
        check(s.near.get<"x">().send(small).has_value());
    }
    check(s.near.get<"x">().send(small).error() == error::no_buffer);
    s.dma.fail();
    s.sender.complete();
    check(s.told.count == 1 and s.told.last == error{} and s.sender.counts().failed == 0);
    s.run();
    check(s.got.count == 4 and s.got.holds(large));
    return s.has_all_buffers();
}

constexpr auto what_a_transfer_does_not_complete_is_copied_by_the_core() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large).has_value());
    s.dma.fail();
    s.sender.complete();
    check(s.told.count == 1 and s.told.last == error{} and s.sender.counts().failed == 1);
    s.run();
    check(s.got.count == 1 and s.got.holds(large));
    return s.has_all_buffers();
}

constexpr auto a_user_ends_a_transfer_early() -> bool {
    auto s = stage<>{};
    s.sender.abort();
    check(s.dma.aborts == 0 and s.told.count == 0);
    check(s.sender.send(large).has_value());
    s.sender.abort();
    check(s.dma.aborts == 1 and s.told.count == 1 and s.told.last == error::closed);
    check(s.has_all_buffers() and s.got.count == 4 and s.got.holds(small));
    s.dma.stops_at_once = false;
    check(s.sender.send(large).has_value());
    s.sender.abort();
    check(s.sender.is_running() and s.told.count == 1);
    s.dma.finish();
    s.sender.complete();
    check(s.told.count == 2 and s.told.last == error::closed);
    return s.has_all_buffers() and s.got.count == 8;
}

constexpr auto a_notified_interrupt_is_pending_until_the_poll_that_commits() -> bool {
    auto s = stage<>{};
    check(s.sender.send(large).has_value());
    s.dma.finish();
    check(not s.sender.is_pending());
    s.sender.notify();
    check(s.sender.is_pending() and s.told.count == 0);
    s.sender.poll(0);
    check(not s.sender.is_pending() and s.told.count == 1);
    s.run();
    return s.got.count == 1 and s.got.holds(large);
}

constexpr auto a_refused_send_is_not_told() -> bool {
    auto s = stage<>{};
    auto const huge = std::array<std::byte, 49>{};
    check(s.sender.send(huge).error() == error::too_large and s.told.count == 0 and s.dma.starts == 0);
    for (auto i = 0; i < 4; ++i) {
        check(s.near.get<"x">().send(small).has_value());
    }
    check(s.sender.send(large).error() == error::no_buffer and s.told.count == 0 and s.dma.starts == 0);
    s.near.close();
    check(s.sender.send(large).error() == error::closed and s.told.count == 0 and s.dma.starts == 0);
    return true;
}

constexpr auto a_payload_for_nobody_is_refused_before_its_transfer() -> bool {
    auto memory = rpmsg::testing::loopback_memory<4, 48>{};
    auto told = outcomes{};
    auto dma = late_dma{};
    auto near = rpmsg::channel{wire{memory, 0}, endpoints{endpoint<"y">(ignore)}};
    auto far = rpmsg::channel{wire{memory, 1}, endpoints{endpoint<"x">(ignore)}};
    check(near.start().has_value() and far.start().has_value());
    for (auto i = 0; i < 4; ++i) {
        near.poll();
        far.poll();
    }
    auto sender = rpmsg::dma_sender{near.get<"y">(), 20, dma_ref{dma}, note{&told}};
    check(near.is_up() and sender.send(large).error() == error::not_bound);
    return told.count == 0 and dma.starts == 0 and near.counts()[counter::not_bound] == 1;
}

constexpr auto the_core_as_channel_sends_at_once() -> bool {
    auto s = stage<rpmsg::copying_dma>{};
    check(s.sender.send(large).has_value() and s.told.count == 1 and not s.sender.is_running());
    s.run();
    return s.got.count == 1 and s.got.holds(large) and s.sender.counts().started == 1;
}

} // namespace

TEST_CASE("a large payload is sent when its transfer has ended, not before") {
    STATIC_REQUIRE(a_large_payload_is_sent_when_its_transfer_has_ended());
}
TEST_CASE("the threshold is the smallest payload that DMA copies") {
    STATIC_REQUIRE(the_threshold_is_the_smallest_payload_for_dma());
}
TEST_CASE("a DMA channel that is busy or refuses leaves the copy to the core, and nothing is lost") {
    STATIC_REQUIRE(a_channel_that_does_not_start_leaves_the_copy_to_the_core());
}
TEST_CASE("a second payload during a transfer is refused, so that the order is kept") {
    STATIC_REQUIRE(a_second_payload_during_a_transfer_is_refused_and_order_is_kept());
}
TEST_CASE("a DMA interrupt that comes twice is counted and sends nothing") {
    STATIC_REQUIRE(an_interrupt_that_comes_twice_is_counted_and_sends_nothing());
}
TEST_CASE("a transfer that ends after the link was reset sends nothing, and its buffer is not lent meanwhile") {
    STATIC_REQUIRE(a_transfer_that_ends_after_the_link_was_reset_sends_nothing());
}
TEST_CASE("a transfer that never ends is aborted at its deadline and does not block others") {
    STATIC_REQUIRE(a_transfer_that_never_ends_is_aborted_at_its_deadline());
}
TEST_CASE("a buffer stays out while an aborted DMA channel still writes to it") {
    STATIC_REQUIRE(a_buffer_stays_out_while_an_aborted_channel_still_writes());
}
TEST_CASE("a payload whose transfer fails is copied by the core and sent") {
    STATIC_REQUIRE(what_a_transfer_does_not_complete_is_copied_by_the_core());
}
TEST_CASE("a user ends a transfer early and gets its buffer back") { STATIC_REQUIRE(a_user_ends_a_transfer_early()); }
TEST_CASE("a DMA interrupt that was notified is pending until the poll that commits") {
    STATIC_REQUIRE(a_notified_interrupt_is_pending_until_the_poll_that_commits());
}
TEST_CASE("a send that is refused starts no transfer and reports no outcome") { STATIC_REQUIRE(a_refused_send_is_not_told()); }
TEST_CASE("a payload of an endpoint without a peer is refused before its transfer") {
    STATIC_REQUIRE(a_payload_for_nobody_is_refused_before_its_transfer());
}
TEST_CASE("with the core as DMA channel a payload is sent at once") { STATIC_REQUIRE(the_core_as_channel_sends_at_once()); }
TEST_CASE("a sender in static storage has no destructor to run") {
    STATIC_REQUIRE(std::is_trivially_destructible_v<decltype(stage<>::sender)>);
}
