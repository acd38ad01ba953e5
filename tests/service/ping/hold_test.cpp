#include <rpmsg/service/ping/hold_test.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>

namespace {
using rpmsg::hold_test;
using rpmsg::hold_test_counts;
using pair_of = beside_a_peer<hold_test<4>>;

/// A message of NuttX with two bytes of data.
constexpr auto message_of(std::uint32_t command, std::uint32_t length = 2, int data = 0x55) {
    auto bytes = raw(1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0x55, data);
    rpmsg::store(rpmsg::bytes{bytes}.subspan(16), command);
    rpmsg::store(rpmsg::bytes{bytes}.subspan(20), length);
    return bytes;
}
constexpr std::uint32_t hold = 0x0001'0000;
constexpr std::uint32_t hold_last = 0x0001'0001;

constexpr auto buffers_are_returned_after_a_delay() -> bool {
    auto pair = pair_of{};
    pair.now = 1000;
    pair.receive(message_of(hold));
    pair.receive(message_of(hold));
    pair.receive(message_of(hold_last));
    pair.turn();
    check(pair.service.held() == 3 and pair.side.next_deadline(1000).is_set and pair.side.next_deadline(1000).at == 1010);
    check(pair.peer.at(0).send(message_of(hold)).has_value()); // the fourth buffer
    check(pair.peer.at(0).send(message_of(hold)).error() == rpmsg::error::no_buffer);
    pair.turn();
    check(pair.service.held() == 4);
    pair.now = 1009;
    pair.turn();
    check(pair.service.held() == 4);
    pair.now = 1010;
    pair.turn();
    check(pair.service.held() == 0 and not pair.side.next_deadline(1010).is_set);
    check(pair.service.counts() == hold_test_counts{.held = 4, .intact = 4, .rounds = 1});
    for (auto i = 0; i < 4; ++i) {
        check(pair.peer.at(0).send(message_of(hold)).has_value());
    }
    return true;
}

constexpr auto messages_without_a_last_one_are_returned_after_the_patience() -> bool {
    auto pair = pair_of{rpmsg::hold_test_options{.delay = 10, .patience = 50}};
    pair.receive(message_of(hold));
    check(pair.side.next_deadline(0).at == 50);
    pair.now = 49;
    pair.turn();
    check(pair.service.held() == 1);
    pair.receive(message_of(hold)); // it starts again
    pair.now = 98;
    pair.turn();
    check(pair.service.held() == 2);
    pair.now = 99;
    pair.turn();
    check(pair.service.held() == 0 and pair.service.counts() == hold_test_counts{.held = 2, .intact = 2});
    return true;
}

constexpr auto data_that_differs_is_counted() -> bool {
    auto pair = pair_of{};
    pair.receive(message_of(hold_last, 2, 0x54));
    check(pair.service.counts() == hold_test_counts{.held = 1, .rounds = 1, .corrupted = 1});
    return true;
}

constexpr auto content_that_changes_while_it_is_held_is_counted() -> bool {
    auto pair = pair_of{};
    pair.receive(message_of(hold));
    pair.receive(message_of(hold_last));
    for (auto& slot : pair.memory.directions[1].slots) {
        slot.content[25] = slot.header.length == 26 and slot.content[18] == std::byte{1} and slot.content[16] == std::byte{1}
                               ? std::byte{0xaa}
                               : slot.content[25];
    }
    pair.now = 10;
    pair.turn();
    check(pair.service.held() == 0);
    check(pair.service.counts() == hold_test_counts{.held = 2, .intact = 1, .rounds = 1, .corrupted = 1});
    return true;
}

constexpr auto a_message_that_is_malformed_is_counted_and_not_held() -> bool {
    auto pair = pair_of{};
    auto refused = 0u;
    for (std::uint32_t size = 0; size < 24; ++size) {
        pair.receive(rpmsg::const_bytes{message_of(hold, 0)}.first(size));
        check(pair.service.counts() == hold_test_counts{.malformed = ++refused});
    }
    for (auto const length : {0u, 1u, 3u, 26u, 0xffff'ffe8u, 0xffff'ffffu}) {
        pair.receive(message_of(hold, length));
        check(pair.service.counts() == hold_test_counts{.malformed = ++refused});
    }
    check(pair.service.held() == 0);
    pair.receive(rpmsg::const_bytes{message_of(hold, 0)}.first(24)); // no data is valid
    check(pair.service.held() == 1);
    return true;
}

constexpr auto a_message_of_another_type_is_counted_and_not_held() -> bool {
    auto pair = pair_of{};
    auto refused = 0u;
    for (auto const command : {0u, 1u, 0x0002'0000u, 0x0101'0001u, 0xffff'ffffu}) {
        pair.receive(message_of(command));
        check(pair.service.counts() == hold_test_counts{.unknown = ++refused});
    }
    pair.receive(message_of(0x0001'0007)); // NuttX holds it, too
    check(pair.service.held() == 1 and pair.service.counts().rounds == 0);
    return true;
}

constexpr auto more_messages_than_fit_are_returned_at_once() -> bool {
    auto pair = beside_a_peer<hold_test<2>>{};
    for (auto i = 0; i < 5; ++i) {
        pair.receive(message_of(hold));
    }
    check(pair.service.held() == 2 and pair.service.counts() == hold_test_counts{.held = 2, .not_held = 3});
    return true;
}

constexpr auto nothing_is_held_after_the_link_is_down() -> bool {
    auto pair = pair_of{};
    pair.receive(message_of(hold_last));
    check(pair.service.held() == 1);
    pair.peer.close();
    pair.turn(2);
    check(not pair.side.is_up() and pair.service.held() == 0 and not pair.side.next_deadline(0).is_set);
    return true;
}

constexpr auto the_sender_fills_all_free_buffers_and_marks_the_last() -> bool {
    auto pair = beside_a_peer<hold_test<8>>{};
    auto const sent = hold_test<8>::send(pair.side.at(0));
    check(sent.has_value() and *sent == 4);
    check(hold_test<8>::send(pair.side.at(0)).error() == rpmsg::error::no_buffer);
    (void)pair.peer.poll();
    check(pair.answers() == 4);
    for (std::uint32_t i = 0; i < 4; ++i) {
        auto const message = pair.answer(i);
        auto const head = raw(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, i == 3 ? 1 : 0, 0, 1, 0, 40, 0, 0, 0);
        check(message.size() == 64 and same(message.first(24), head));
        check(rpmsg::wire::is_filled_with(message.subspan(24), std::byte{0x55}));
    }
    return true;
}

constexpr auto the_sender_sends_no_more_than_a_receiver_of_its_size_holds() -> bool {
    auto pair = beside_a_peer<hold_test<2>>{};
    auto const sent = hold_test<2>::send(pair.side.at(0));
    check(sent.has_value() and *sent == 2);
    (void)pair.peer.poll();
    check(pair.answers() == 2 and pair.answer(0)[16] == std::byte{0} and pair.answer(1)[16] == std::byte{1});
    pair.peer.close();
    pair.turn(2);
    check(hold_test<2>::send(pair.side.at(0)).error() == rpmsg::error::not_bound);
    return true;
}

/// Both sides hold all buffers of the other one, again and again.
template <rpmsg::vring_config Config> constexpr auto both_sides_hold_all_buffers_of_each_other() -> bool {
    auto shared = two_sides<Config>{};
    auto first = hold_test<8>{};
    auto second = hold_test<8>{};
    auto driver = rpmsg::channel{shared.driver(), rpmsg::endpoints{rpmsg::ref{first}}};
    auto device = rpmsg::channel{shared.device(), rpmsg::endpoints{rpmsg::ref{second}}};
    check(driver.start().has_value() and device.start().has_value());
    settle(shared, driver, device, 0, 12);
    // A device learns its peer from the first message where names are not acknowledged.
    check(driver.at(0).is_bound());
    if (not device.at(0).is_bound()) {
        check(driver.at(0).send({}).has_value());
        settle(shared, driver, device, 0);
    }
    auto const malformed = second.counts().malformed;
    for (rpmsg::ticks now = 0; now < 300; now += 100) {
        check(hold_test<8>::send(driver.at(0)).has_value() and hold_test<8>::send(device.at(0)).has_value());
        settle(shared, driver, device, now);
        check(first.held() == 4 and second.held() == 4);
        settle(shared, driver, device, now + 10);
        check(first.held() == 0 and second.held() == 0);
    }
    check(first.counts() == hold_test_counts{.held = 12, .intact = 12, .rounds = 3});
    check(second.counts() == hold_test_counts{.held = 12, .intact = 12, .rounds = 3, .malformed = malformed});
    return true;
}
} // namespace

TEST_CASE("buffers that the test holds are returned together, a delay after the last one") {
    STATIC_REQUIRE(buffers_are_returned_after_a_delay());
    CHECK(buffers_are_returned_after_a_delay());
}
TEST_CASE("buffers are returned after the patience when the last one does not come") {
    CHECK(messages_without_a_last_one_are_returned_after_the_patience());
}
TEST_CASE("data of the test that differs is counted") { CHECK(data_that_differs_is_counted()); }
TEST_CASE("content that changes while it is held is counted") { CHECK(content_that_changes_while_it_is_held_is_counted()); }
TEST_CASE("a message of the test that is malformed is counted and not held") {
    CHECK(a_message_that_is_malformed_is_counted_and_not_held());
}
TEST_CASE("a message of another type is counted and not held") { CHECK(a_message_of_another_type_is_counted_and_not_held()); }
TEST_CASE("more messages than the test can hold are returned at once") { CHECK(more_messages_than_fit_are_returned_at_once()); }
TEST_CASE("the test holds nothing after the link is down") { CHECK(nothing_is_held_after_the_link_is_down()); }
TEST_CASE("the sender fills all free buffers and marks the last one") {
    STATIC_REQUIRE(the_sender_fills_all_free_buffers_and_marks_the_last());
    CHECK(the_sender_fills_all_free_buffers_and_marks_the_last());
}
TEST_CASE("the sender sends no more messages than a receiver of its size holds") {
    CHECK(the_sender_sends_no_more_than_a_receiver_of_its_size_holds());
}
/// A link with one buffer, of a peer whose buffers differ in size.
struct small_link {
    struct loan {
        rpmsg::bytes room{};
        constexpr loan(rpmsg::error) {}
        constexpr explicit loan(rpmsg::bytes all) : room{all} {}
        [[nodiscard]] constexpr auto payload() const -> rpmsg::bytes { return room; }
        [[nodiscard]] constexpr auto refusal() const -> rpmsg::error { return rpmsg::error::no_buffer; }
        constexpr explicit operator bool() const { return not room.empty(); }
    };
    rpmsg::bytes room;
    [[nodiscard]] constexpr auto is_bound() const -> bool { return true; }
    [[nodiscard]] constexpr auto reserve() const -> loan { return loan{room}; }
    [[nodiscard]] constexpr auto commit(loan&&, std::size_t) const -> rpmsg::status { return {}; }
};
constexpr auto sent_over_a_buffer_of(std::size_t size) -> rpmsg::result<std::uint32_t> {
    auto memory = std::array<std::byte, 32>{};
    return hold_test<1>::send(small_link{rpmsg::bytes{memory}.first(size)});
}
TEST_CASE("a buffer without room for the header of the test is refused") {
    STATIC_REQUIRE(sent_over_a_buffer_of(23).error() == rpmsg::error::too_large);
    STATIC_REQUIRE(sent_over_a_buffer_of(24).has_value());
}

TEST_CASE("both sides hold all buffers of each other") {
    CHECK(both_sides_hold_all_buffers_of_each_other<rpmsg::vring_config{.buffers = 4, .buffer_size = 64}>());
    CHECK(both_sides_hold_all_buffers_of_each_other<rpmsg::vring_config{
              .buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::nuttx}>());
}
