#include <rpmsg/transport/uart/reliable_parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

constexpr auto config = rpmsg::uart_config{.rx_buffers = 2, .payload = 40, .profile = rpmsg::uart_profile::reliable};

struct rig {
    rpmsg::uart_storage<config> storage{};
    rpmsg::detail::reliable_parser<config> parser{};

    constexpr auto feed(rpmsg::const_bytes frame) -> void {
        auto writer = rpmsg::wire::cobs_writer{};
        auto piece = std::array<std::byte, 16>{};
        while (not writer.is_done(frame)) {
            parser.feed(rpmsg::const_bytes{piece}.first(writer.write(frame, piece)), storage);
        }
    }
    constexpr auto feed_long(std::uint32_t size, std::uint32_t claimed) -> void {
        auto frame = std::array<std::byte, 100>{};
        rpmsg::store(frame, rpmsg::wire::reliable_header{.length = static_cast<std::uint16_t>(claimed)});
        feed(rpmsg::const_bytes{frame}.first(size));
    }
    constexpr auto counts() -> rpmsg::uart_counters {
        auto total = rpmsg::uart_counters{};
        parser.add_to(total);
        return total;
    }
};

constexpr auto short_frames_are_heard_though_no_buffer_is_left() -> bool {
    auto r = rig{};
    for (int i = 0; i < 3; ++i) {
        r.feed_long(32, 16);
    }
    check(r.counts() == rpmsg::uart_counters{.no_buffer = 1} and r.parser.take_starved() and not r.parser.take_starved());
    auto frame = std::array<std::byte, 16>{};
    for (std::uint8_t i = 0; i < 9; ++i) {
        frame[0] = std::byte{i};
        r.feed(frame);
    }
    check(r.counts().no_buffer == 2); // there are eight places
    for (std::uint8_t i = 0; i < 8; ++i) {
        check(r.parser.oldest_short().size() == 16 and r.parser.oldest_short()[0] == std::byte{i});
        r.parser.drop_short();
    }
    check(r.parser.oldest_short().empty());
    return true;
}

constexpr auto a_frame_of_a_wrong_length_or_torn_is_counted_and_takes_no_buffer() -> bool {
    auto r = rig{};
    for (int i = 0; i < 5; ++i) {
        r.feed_long(40, 23);
        r.feed_long(90, 74); // longer than a buffer
        r.feed_long(15, 0);  // shorter than any
        auto const torn = std::array{std::byte{9}, std::byte{1}, std::byte{0}};
        r.parser.feed(torn, r.storage);
    }
    check(r.counts() == rpmsg::uart_counters{.bad_length = 15, .bad_stuffing = 5} and r.parser.frames().free() == 2);
    r.feed_long(40, 24);
    check(r.parser.frames().free() == 1 and r.storage.received(r.parser.frames().pop())[6] == std::byte{24});
    return true;
}

constexpr auto a_flood_without_a_delimiter_ends_with_one() -> bool {
    auto r = rig{};
    auto const one = std::byte{0x81};
    for (int i = 0; i < 5000; ++i) {
        r.parser.feed({&one, 1}, r.storage);
    }
    r.feed_long(40, 24);
    check(r.parser.frames().free() == 1);
    return true;
}

constexpr auto codes_of_nuttx_and_nothing_else_are_known() -> bool {
    auto r = rig{};
    auto const call = std::byte{0x79};
    for (auto const each : {std::byte{0x41}, call, call, call, call, call}) {
        r.parser.feed({&each, 1}, r.storage);
    }
    check(not r.parser.has_seen_nuttx());
    for (auto const each : {std::byte{}, call, call, call}) {
        r.parser.feed({&each, 1}, r.storage);
    }
    check(not r.parser.has_seen_nuttx());
    r.parser.feed({&call, 1}, r.storage);
    check(r.parser.has_seen_nuttx());
    return true;
}

} // namespace

TEST_CASE("Short frames are received though no buffer is left for long ones") {
    STATIC_REQUIRE(short_frames_are_heard_though_no_buffer_is_left());
    CHECK(short_frames_are_heard_though_no_buffer_is_left());
}

TEST_CASE("A frame that is torn or of a wrong length is counted and takes no buffer") {
    STATIC_REQUIRE(a_frame_of_a_wrong_length_or_torn_is_counted_and_takes_no_buffer());
    CHECK(a_frame_of_a_wrong_length_or_torn_is_counted_and_takes_no_buffer());
}

TEST_CASE("A flood without a delimiter ends with the next one") { CHECK(a_flood_without_a_delimiter_ends_with_one()); }

TEST_CASE("NuttX's codes and nothing else between delimiters are known for what they are") {
    STATIC_REQUIRE(codes_of_nuttx_and_nothing_else_are_known());
}

TEST_CASE("A frame with one byte more than fits is not taken for the longest that does") {
    auto r = rig{};
    constexpr auto longest = config.frame_size();
    constexpr auto claimed = longest - rpmsg::wire::reliable_header_size - rpmsg::wire::reliable_check_size;
    r.feed_long(longest + 1, claimed);
    CHECK(r.counts() == rpmsg::uart_counters{.bad_length = 1});
    CHECK(r.parser.frames().free() == 2);
    r.feed_long(longest, claimed);
    CHECK(r.parser.frames().free() == 1);
}
