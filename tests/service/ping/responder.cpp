#include <rpmsg/service/ping/responder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include "transport/two_sides.hpp"
#include <array>
#include <cstdint>

namespace {
using rpmsg::ping_responder;
using rpmsg::ping_responder_counts;
using responder = beside_a_peer<ping_responder<>>;

/// A request of NuttX with a pointer as its cookie.
constexpr auto request = raw(1, 0, 0, 0, 20, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12, 0x61, 0x62, 0x63, 0x64);

/// The same with another command, length or last byte of the cookie.
constexpr auto request_with(std::uint32_t command, std::uint32_t length = 20, int number = 0x12) {
    auto bytes = request;
    rpmsg::store(rpmsg::bytes{bytes}, command);
    rpmsg::store(rpmsg::bytes{bytes}.subspan(4), length);
    bytes[15] = static_cast<std::byte>(number);
    return bytes;
}

constexpr auto a_request_is_answered_with_as_many_bytes() -> bool {
    auto pair = responder{};
    pair.receive(request);
    check(pair.answers() == 1);
    check(same(pair.answer(0),
               raw(0x20, 0, 0, 0, 20, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12, 0x61, 0x62, 0x63, 0x64)));
    check(pair.service.counts() == ping_responder_counts{.answered = 1});
    return true;
}

constexpr auto any_other_kind_is_answered_with_17_bytes() -> bool {
    auto pair = responder{};
    auto answered = 0u;
    for (std::uint32_t kind = 1; kind < 16; ++kind) {
        if (kind == 2) {
            continue;
        }
        pair.receive(request_with((0xabcd'ef01 & ~0xf0u) | (kind << 4)));
        check(pair.answers() == ++answered);
        check(same(pair.answer(answered - 1),
                   raw(0x20, 0, 0, 0, 17, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde, 0x78, 0x56, 0x34, 0x12, 0x61)));
    }
    check(pair.service.counts() == ping_responder_counts{.answered = 14});
    return true;
}

constexpr auto a_request_that_wants_no_answer_gets_none() -> bool {
    auto pair = responder{};
    pair.receive(request_with(0));
    pair.receive(request_with(2)); // its data is not checked
    pair.receive(request_with(0x10));
    check(pair.answers() == 0 and pair.service.counts() == ping_responder_counts{});
    return true;
}

constexpr auto data_that_differs_is_counted_and_answered() -> bool {
    auto pair = responder{};
    pair.receive(request_with(3));
    check(pair.answers() == 1 and same(pair.answer(0).subspan(16), rpmsg::const_bytes{request}.subspan(16)));
    check(pair.service.counts() == ping_responder_counts{.answered = 1, .corrupted = 1});
    auto good = request_with(3);
    for (std::size_t i = 16; i < 20; ++i) {
        good[i] = std::byte{0x7e};
    }
    pair.receive(good);
    check(pair.service.counts() == ping_responder_counts{.answered = 2, .corrupted = 1});
    good[19] = std::byte{0x7f};
    pair.receive(good);
    check(pair.service.counts() == ping_responder_counts{.answered = 3, .corrupted = 2});
    return true;
}

constexpr auto a_message_without_data_is_counted() -> bool {
    auto pair = responder{};
    for (std::uint32_t size = 0; size < 17; ++size) {
        pair.receive(rpmsg::const_bytes{request_with(1, size)}.first(size));
        check(pair.answers() == 0 and pair.service.counts() == ping_responder_counts{.malformed = size + 1});
    }
    pair.receive(rpmsg::const_bytes{request_with(1, 17)}.first(17));
    check(pair.answers() == 1 and pair.answer(0).size() == 17);
    return true;
}

constexpr auto a_length_that_is_not_the_one_of_the_message_is_counted() -> bool {
    auto pair = responder{};
    auto refused = 0u;
    for (auto const length : {0u, 1u, 16u, 17u, 19u, 21u, 64u, 65u, 0x7fff'ffffu, 0xffff'ffffu}) {
        pair.receive(request_with(3, length));
        check(pair.answers() == 0 and pair.service.counts() == ping_responder_counts{.malformed = ++refused});
    }
    return true;
}

constexpr auto a_response_to_a_side_that_sends_no_requests_is_counted() -> bool {
    auto pair = responder{};
    pair.receive(request_with(0x20));
    pair.receive(request_with(0x21));
    check(pair.answers() == 0 and pair.service.counts() == ping_responder_counts{.unexpected = 2});
    return true;
}

constexpr auto an_answer_that_finds_no_buffer_is_sent_by_a_later_poll() -> bool {
    auto pair = responder{};
    pair.other.keeps = true;
    for (auto number = 0; number < 6; ++number) {
        pair.receive(request_with(1, 20, number));
    }
    check(pair.answers() == 4 and pair.service.waiting() == 2);
    pair.receive(request_with(1, 20, 6));
    check(pair.service.counts() == ping_responder_counts{.answered = 4, .lost = 1});
    pair.turn(3);
    check(pair.answers() == 4);

    // Requests that come now do not overtake: the older one gets the first buffer.
    pair.other.release_one();
    check(pair.peer.at(0).send(request_with(1, 20, 7)).has_value());
    pair.turn(2);
    check(pair.answers() == 5 and pair.service.waiting() <= 2);
    pair.other.release_all();
    pair.turn(4);
    check(pair.service.waiting() == 0 and pair.answers() >= 6);
    for (std::uint32_t i = 0; i < 6; ++i) {
        check(pair.answer(i).size() == 20 and pair.answer(i)[15] == static_cast<std::byte>(i));
        check(same(pair.answer(i).subspan(16), rpmsg::const_bytes{request}.subspan(16)));
    }
    // All buffers are back.
    for (auto i = 0; i < 20; ++i) {
        auto const before = pair.answers();
        pair.receive(request);
        check(pair.answers() == before + 1);
    }
    return true;
}

constexpr auto an_answer_that_waits_ends_with_the_link() -> bool {
    auto pair = responder{};
    pair.other.keeps = true;
    for (auto number = 0; number < 5; ++number) {
        pair.receive(request_with(1, 20, number));
    }
    check(pair.service.waiting() == 1);
    pair.other.release_all();
    pair.peer.close();
    (void)pair.side.poll(); // the peer's farewell
    (void)pair.side.poll();
    check(not pair.side.is_up() and pair.service.waiting() == 0);
    check(pair.service.counts() == ping_responder_counts{.answered = 4});
    check(pair.peer.start().has_value());
    pair.turn(4);
    auto const before = pair.answers();
    pair.turn(4);
    check(pair.answers() == before and before == 4);
    pair.receive(request_with(1, 20, 9));
    check(pair.answers() == before + 1 and pair.answer(before)[15] == std::byte{9});
    return true;
}

constexpr auto an_answer_that_waits_is_not_sent_over_the_next_link() -> bool {
    auto pair = responder{};
    pair.other.keeps = true;
    for (auto number = 0; number < 6; ++number) {
        pair.receive(request_with(1, 20, number));
    }
    check(pair.service.waiting() == 2);
    pair.other.release_all();
    pair.side.close();
    check(pair.side.start().has_value() and pair.service.waiting() == 0);
    pair.turn(6);
    check(pair.side.at(0).is_bound() and pair.answers() == 4);
    for (auto number = 6; number < 16; ++number) { // each buffer carries messages again
        pair.receive(request_with(1, 20, number));
    }
    check(pair.answers() == 14 and pair.service.counts() == ping_responder_counts{.answered = 14});
    return true;
}

constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};

/// The driver's side asks, the device's side answers.
template <rpmsg::vring_config Config> constexpr auto a_request_is_answered_over_rings() -> bool {
    auto shared = two_sides<Config>{};
    auto service = ping_responder<>{};
    auto asks = raw_peer<ping_responder<>>{};
    auto driver = rpmsg::channel{shared.driver(), rpmsg::endpoints{rpmsg::ref{asks}}};
    auto device = rpmsg::channel{shared.device(), rpmsg::endpoints{rpmsg::ref{service}}};
    check(driver.start().has_value() and device.start().has_value());
    settle(shared, driver, device, 0, 12);
    for (std::uint32_t i = 0; i < 10; ++i) {
        check(driver.at(0).send_to(rpmsg::address{1024}, request_with(1, 20, static_cast<int>(i))).has_value());
        settle(shared, driver, device, 0, 4);
        check(asks.log.message_count() == i + 1 and asks.log.size(i) == 20);
        check(asks.log.payload(i)[0] == std::byte{0x20} and asks.log.payload(i)[15] == static_cast<std::byte>(i));
    }
    asks.keeps = true;
    for (std::uint32_t i = 0; i < 6; ++i) {
        check(driver.at(0).send_to(rpmsg::address{1024}, request_with(1, 20, static_cast<int>(i))).has_value());
        settle(shared, driver, device, 0, 2);
    }
    check(service.waiting() == 2);
    // The doorbell of the buffers that come back is the only reason to poll.
    check(not device.is_pending());
    asks.release_all();
    (void)driver.poll();
    shared.to_device.forward(device);
    check(device.is_pending());
    settle(shared, driver, device, 0, 4);
    check(service.waiting() == 0 and asks.log.message_count() == 16);
    return true;
}
} // namespace

TEST_CASE("a request is answered with as many bytes, and its cookie comes back unchanged") {
    STATIC_REQUIRE(a_request_is_answered_with_as_many_bytes());
    CHECK(a_request_is_answered_with_as_many_bytes());
}
TEST_CASE("a request of any other kind is answered with 17 bytes") { CHECK(any_other_kind_is_answered_with_17_bytes()); }
TEST_CASE("a request that wants no answer gets none") { CHECK(a_request_that_wants_no_answer_gets_none()); }
TEST_CASE("data that differs is counted and answered") { CHECK(data_that_differs_is_counted_and_answered()); }
TEST_CASE("a message of less than 17 bytes is counted and not answered") { CHECK(a_message_without_data_is_counted()); }
TEST_CASE("a length that is not the one of the message is counted and not answered") {
    CHECK(a_length_that_is_not_the_one_of_the_message_is_counted());
}
TEST_CASE("a response to a side that sends no requests is counted") {
    CHECK(a_response_to_a_side_that_sends_no_requests_is_counted());
}
TEST_CASE("an answer that finds no buffer is sent by a later poll, in the order of the requests") {
    STATIC_REQUIRE(an_answer_that_finds_no_buffer_is_sent_by_a_later_poll());
    CHECK(an_answer_that_finds_no_buffer_is_sent_by_a_later_poll());
}
TEST_CASE("an answer that waits ends with the link") { CHECK(an_answer_that_waits_ends_with_the_link()); }
TEST_CASE("an answer that waits is not sent over the next link") {
    CHECK(an_answer_that_waits_is_not_sent_over_the_next_link());
}
TEST_CASE("a request is answered over rings, also when the answer has to wait") {
    CHECK(a_request_is_answered_over_rings<rings>());
    constexpr auto nuttx = [] {
        auto config = rings;
        config.dialect = rpmsg::wire::dialects::nuttx;
        return config;
    }();
    CHECK(a_request_is_answered_over_rings<nuttx>());
}
