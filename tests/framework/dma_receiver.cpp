#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/dma_receiver.hpp>
#include <rpmsg/testing/late_dma.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
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
constexpr auto small = "small"_payload;

struct outcomes {
    std::uint32_t count{};
    error last{};
    rpmsg::bytes copied{};
};
struct note {
    outcomes* to;
    constexpr auto operator()(status outcome, rpmsg::bytes copied) const -> void {
        ++to->count;
        to->last = outcome.error();
        to->copied = copied;
    }
};
using copier = rpmsg::dma_receiver<dma_ref<late_dma>, note>;

struct user {
    copier* copies;
    rpmsg::held_message* waiting;
    rpmsg::bytes target;
    error* refusal;
};
struct copy_out {
    user* of;
    constexpr auto operator()(auto& link, message const& m) const -> void {
        auto held = link.hold(m);
        auto const outcome = of->copies->receive(held, of->target, {.is_set = true, .at = 100});
        *of->refusal = outcome.error();
        if (not outcome) {
            *of->waiting = std::move(held);
        }
    }
};

using wire = loopback<true, 4, 48>;
constexpr auto ignore = [](auto&, message const&) {};

struct stage {
    rpmsg::testing::loopback_memory<4, 48> memory{};
    outcomes told{};
    late_dma dma{};
    std::array<std::byte, 48> target{};
    error refusal{};
    copier copies{20, dma_ref{dma}, note{&told}};
    rpmsg::held_message waiting{};
    user mine{&copies, &waiting, target, &refusal};
    rpmsg::channel<wire, decltype(endpoints{endpoint<"x">(ignore)})> far{wire{memory, 0}, endpoints{endpoint<"x">(ignore)}};
    rpmsg::channel<wire, decltype(endpoints{endpoint<"x">(copy_out{})})> near{wire{memory, 1},
                                                                              endpoints{endpoint<"x">(copy_out{&mine})}};

    constexpr stage() {
        check(near.start().has_value() and far.start().has_value());
        run();
    }
    constexpr ~stage() { // the held messages end before their channel
        copies.abort();
        waiting.release();
    }
    constexpr auto run() -> void {
        for (auto i = 0; i < 4; ++i) {
            near.poll();
            far.poll();
        }
    }
    constexpr auto send(rpmsg::const_bytes what) -> bool { return far.get<"x">().send(what).has_value(); }
    /// Number of buffers that this end does not hold, of 4.
    constexpr auto free_buffers() -> int {
        auto count = 0;
        while (count < 10 and send({})) {
            ++count;
        }
        return count;
    }
};

constexpr auto a_receive_buffer_is_held_until_its_transfer_has_ended() -> bool {
    auto s = stage{};
    check(s.send(large));
    s.run();
    check(s.copies.is_running() and s.told.count == 0 and s.free_buffers() == 3);
    s.dma.finish();
    s.copies.complete();
    check(s.told.count == 1 and s.told.last == error{} and same(s.told.copied, large));
    check(s.told.copied.data() == s.target.data());
    return s.free_buffers() == 1;
}

constexpr auto small_payloads_are_copied_at_once() -> bool {
    auto s = stage{};
    check(s.send(large.first(19)));
    s.run();
    check(s.dma.starts == 0 and s.told.count == 1 and same(s.told.copied, large.first(19)));
    check(s.send(large.first(20)));
    s.run();
    check(s.dma.starts == 1 and s.told.count == 1);
    return true;
}

constexpr auto a_channel_that_does_not_start_leaves_the_copy_to_the_core() -> bool {
    for (auto const why : {dma_start::busy, dma_start::refused}) {
        auto s = stage{};
        s.dma.answer = why;
        check(s.send(large));
        s.run();
        check(s.told.count == 1 and same(s.told.copied, large) and s.copies.counts().by_core == 1);
        check(s.free_buffers() == 4);
    }
    return true;
}

constexpr auto a_message_during_a_transfer_is_left_to_its_handler() -> bool {
    auto s = stage{};
    check(s.send(large) and s.send(small));
    s.run();
    check(s.refusal == error::no_buffer and s.waiting and same(s.waiting.payload(), small) and s.told.count == 0);
    s.dma.finish();
    s.copies.complete();
    check(s.told.count == 1);
    auto second = std::array<std::byte, 8>{};
    check(s.copies.receive(s.waiting, second).has_value() and not s.waiting);
    check(s.told.count == 2 and same(s.told.copied, small));
    return s.free_buffers() == 4;
}

constexpr auto a_payload_that_is_larger_than_its_target_stays_held() -> bool {
    auto s = stage{};
    s.mine.target = rpmsg::bytes{s.target}.first(19);
    check(s.send(large));
    s.run();
    check(s.refusal == error::too_large and s.waiting and s.told.count == 0 and s.dma.starts == 0);
    auto nothing = rpmsg::held_message{};
    check(s.copies.receive(nothing, s.target).error() == error::closed);
    return true;
}

constexpr auto a_transfer_that_ends_after_the_link_was_reset_delivers_nothing() -> bool {
    auto s = stage{};
    check(s.send(large));
    s.run();
    check(s.near.reset().has_value());
    s.run();
    check(s.near.is_up() and s.copies.is_running());
    s.dma.finish();
    s.copies.complete();
    check(s.told.count == 1 and s.told.last == error::closed and s.told.copied.empty());
    check(s.near.counts()[counter::stale_loan] == 1);
    return s.free_buffers() == 4;
}

constexpr auto an_interrupt_that_comes_twice_releases_nothing() -> bool {
    auto s = stage{};
    check(s.send(large));
    s.run();
    s.dma.finish();
    s.copies.complete();
    s.copies.complete();
    check(s.told.count == 1 and s.copies.counts().spurious == 1);
    return s.free_buffers() == 4;
}

constexpr auto a_transfer_that_never_ends_is_aborted_at_its_deadline() -> bool {
    auto s = stage{};
    check(s.send(large));
    s.run();
    check(s.copies.next_deadline().is_set and s.copies.next_deadline().at == 100);
    s.copies.poll(99);
    check(s.told.count == 0);
    s.copies.poll(100);
    check(s.told.count == 1 and s.told.last == error{} and same(s.told.copied, large));
    check(s.copies.counts().timed_out == 1);
    return s.free_buffers() == 4;
}

constexpr auto a_buffer_stays_held_while_an_aborted_channel_still_reads() -> bool {
    auto s = stage{};
    s.dma.stops_at_once = false;
    check(s.send(large));
    s.run();
    s.copies.poll(100);
    check(s.copies.is_running() and s.told.count == 0 and s.free_buffers() == 3);
    s.dma.fail();
    s.copies.notify();
    check(s.copies.is_pending());
    s.copies.poll(101);
    check(not s.copies.is_pending() and s.told.count == 1 and same(s.told.copied, large));
    return s.free_buffers() == 1;
}

constexpr auto what_a_transfer_does_not_complete_is_copied_by_the_core() -> bool {
    auto s = stage{};
    check(s.send(large));
    s.run();
    s.dma.fail();
    s.copies.complete();
    check(s.told.count == 1 and same(s.told.copied, large) and s.copies.counts().failed == 1);
    return s.free_buffers() == 4;
}

constexpr auto a_user_ends_a_transfer_early() -> bool {
    auto s = stage{};
    check(s.send(large));
    s.run();
    s.copies.abort();
    check(s.dma.aborts == 1 and s.told.count == 1 and s.told.last == error::closed and s.told.copied.empty());
    return s.free_buffers() == 4;
}

} // namespace

TEST_CASE("a user ends a receiving transfer early and the buffer is released") {
    STATIC_REQUIRE(a_user_ends_a_transfer_early());
}
TEST_CASE("a receive buffer is held until its transfer has ended") {
    STATIC_REQUIRE(a_receive_buffer_is_held_until_its_transfer_has_ended());
}
TEST_CASE("received payloads below the threshold are copied at once") { STATIC_REQUIRE(small_payloads_are_copied_at_once()); }
TEST_CASE("a DMA channel that is busy or refuses leaves the received payload to the core") {
    STATIC_REQUIRE(a_channel_that_does_not_start_leaves_the_copy_to_the_core());
}
TEST_CASE("a message that comes during a transfer is left to its handler") {
    STATIC_REQUIRE(a_message_during_a_transfer_is_left_to_its_handler());
}
TEST_CASE("a payload that is larger than its target stays held") {
    STATIC_REQUIRE(a_payload_that_is_larger_than_its_target_stays_held());
}
TEST_CASE("a transfer that ends after the link was reset delivers nothing") {
    STATIC_REQUIRE(a_transfer_that_ends_after_the_link_was_reset_delivers_nothing());
}
TEST_CASE("an interrupt of a receiving DMA channel that comes twice releases nothing") {
    STATIC_REQUIRE(an_interrupt_that_comes_twice_releases_nothing());
}
TEST_CASE("a receiving transfer that never ends is aborted at its deadline") {
    STATIC_REQUIRE(a_transfer_that_never_ends_is_aborted_at_its_deadline());
}
TEST_CASE("a receive buffer stays held while an aborted DMA channel still reads it") {
    STATIC_REQUIRE(a_buffer_stays_held_while_an_aborted_channel_still_reads());
}
TEST_CASE("a received payload whose transfer fails is copied by the core") {
    STATIC_REQUIRE(what_a_transfer_does_not_complete_is_copied_by_the_core());
}
