#include <rpmsg/transport/uart/nuttx_parser.hpp>
#include <rpmsg/transport/uart/storage.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <initializer_list>

namespace {

constexpr auto config = rpmsg::uart_config{.rx_buffers = 2, .payload = 40};

/// A parser with its frames, fed with bytes; `frame` has 25 bytes with one byte of payload.
struct rig {
    rpmsg::uart_storage<config> storage{};
    rpmsg::detail::uart_parser<config> parser{};

    constexpr auto feed(std::initializer_list<int> bytes) -> void {
        for (auto const each : bytes) {
            auto const byte = static_cast<std::byte>(each);
            parser.feed({&byte, 1}, storage);
        }
    }
    constexpr auto feed_head(int length = 25) -> void {
        feed({0x7f, 0, 0, 0, 0, 0, 0, length, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, length - 24, 0, 0, 0});
    }
    constexpr auto feed_frame(int payload = 'a') -> void {
        feed_head();
        feed({payload, 0x70});
    }
    constexpr auto waiting() -> int { return parser.frames().end() - parser.frames().begin(); }
    constexpr auto counts() -> rpmsg::uart_counters {
        auto total = rpmsg::uart_counters{};
        parser.add_to(total);
        return total;
    }
};

constexpr auto a_frame_is_put_together_byte_by_byte() -> bool {
    auto r = rig{};
    r.feed({0x41, 0x70, 0x42}); // outside a frame
    r.feed_head();
    check(r.waiting() == 0);
    r.feed({0x7c, 0x5e, 0x70});
    check(r.waiting() == 1);
    auto const frame = r.storage.received(r.parser.frames().pop());
    check(frame[24] == std::byte{0x7e} and frame[6] == std::byte{25} and frame[8] == std::byte{1});
    check(r.counts() == rpmsg::uart_counters{});
    return true;
}

constexpr auto a_frame_of_a_wrong_length_is_counted() -> bool {
    auto r = rig{};
    r.feed_head();
    r.feed({0x70}); // a byte too few
    r.feed_head();
    r.feed({1, 2, 0x70}); // a byte too many
    r.feed({0x7f, 0x70}); // none at all
    r.feed_head(24);
    r.feed({0x70}); // right: no payload
    check(r.waiting() == 1 and r.counts().bad_length == 3);
    for (int i = 0; i < 200; ++i) { // far beyond the buffer, then the next frame
        r.feed({i == 0 ? 0x7f : 0x33});
    }
    r.feed_frame();
    check(r.waiting() == 2 and r.counts() == rpmsg::uart_counters{.bad_length = 4});
    return true;
}

constexpr auto bad_stuffing_is_counted() -> bool {
    auto r = rig{};
    for (auto const bad : {0x41, 0x00, 0x9e}) {
        r.feed_head();
        r.feed({0x7c, bad, 0x70});
    }
    r.feed_head();
    r.feed({'a', 0x7c, 0x70}); // nothing to escape
    r.feed_head();
    r.feed({0x7c, 0x7c, 0x5e, 0x70}); // escaped twice
    check(r.waiting() == 0 and r.counts() == rpmsg::uart_counters{.bad_stuffing = 5});
    r.feed_frame();
    check(r.waiting() == 1);
    return true;
}

constexpr auto without_a_buffer_frames_are_lost_and_codes_are_not() -> bool {
    auto r = rig{};
    for (int i = 0; i < 5; ++i) {
        r.feed_frame();
    }
    r.feed({0x79});
    check(r.waiting() == 2 and r.counts() == rpmsg::uart_counters{.no_buffer = 3});
    check(r.parser.take_seen(0x79) and not r.parser.take_seen(0x79));
    check(r.parser.frames().give_back(r.parser.frames().pop()));
    r.feed_frame('b');
    check(r.waiting() == 2 and r.counts().no_buffer == 3);
    return true;
}

constexpr auto codes_are_heard_at_any_place() -> bool {
    auto r = rig{};
    r.feed_head();
    r.feed({0x79, 0x7c, 0x7b, 0x5e, 0x77, 0x71, 0x70}); // between the escape and its byte too
    check(r.waiting() == 1 and r.parser.take_seen(0x79) and r.parser.is_suspended() and not r.parser.is_needed());
    r.feed({0x75, 0x7a});
    check(not r.parser.is_suspended() and r.parser.is_needed());
    r.feed_head();
    r.feed({0x7e, 'a', 0x70}); // a connection code ends the frame
    check(r.waiting() == 1 and r.parser.fence() == 1 and r.parser.has_seen(0x7e));
    return true;
}

constexpr auto the_frame_after_a_truncated_one_is_whole() -> bool {
    auto r = rig{};
    r.feed_head();
    r.feed_frame();
    check(r.waiting() == 1 and r.counts().bad_length == 1);
    return true;
}

constexpr auto a_hello_of_the_other_profile_is_known_until_a_frame_has_come() -> bool {
    auto r = rig{};
    r.feed({0, 'R', 'P', 'M', '1', 0, 0, 'R', 'P', 'M', '1', 0, 'e', 'R', 'P', 'M', '1', 0, 8, 'R', 'P', 'M'});
    check(not r.parser.has_seen_reliable());
    r.feed({'1'});
    check(r.parser.has_seen_reliable());
    r.parser.forget_reliable();
    r.feed({5, 'R', 'P', 'M', '1'}); // no delimiter is in front
    check(not r.parser.has_seen_reliable());
    r.feed_frame();
    r.feed({0, 5, 'R', 'P', 'M', '1'});
    check(not r.parser.has_seen_reliable());
    return true;
}

} // namespace

TEST_CASE("A frame is put together byte by byte, and what lies outside is ignored") {
    STATIC_REQUIRE(a_frame_is_put_together_byte_by_byte());
    CHECK(a_frame_is_put_together_byte_by_byte());
}

TEST_CASE("A frame that is shorter or longer than it says, or than a buffer, is dropped and counted") {
    STATIC_REQUIRE(a_frame_of_a_wrong_length_is_counted());
    CHECK(a_frame_of_a_wrong_length_is_counted());
}

TEST_CASE("A frame with bad stuffing is dropped and counted") { STATIC_REQUIRE(bad_stuffing_is_counted()); }

TEST_CASE("Without a buffer frames are lost and counted, and codes are still received") {
    STATIC_REQUIRE(without_a_buffer_frames_are_lost_and_codes_are_not());
}

TEST_CASE("Codes are received at any place of a frame, and only those of the connection end it") {
    STATIC_REQUIRE(codes_are_heard_at_any_place());
}

TEST_CASE("The frame after a truncated one is whole") { STATIC_REQUIRE(the_frame_after_a_truncated_one_is_whole()); }

TEST_CASE("A hello of the reliable profile is known, until a frame has come") {
    STATIC_REQUIRE(a_hello_of_the_other_profile_is_known_until_a_frame_has_come());
}

TEST_CASE("A hello of the reliable profile is known by the lengths that its first block can have") {
    for (auto length = 1; length < 32; ++length) {
        auto r = rig{};
        r.feed({0, length, 'R', 'P', 'M', '1'});
        CHECK(r.parser.has_seen_reliable() == (length >= 5 and length <= 8));
    }
}
