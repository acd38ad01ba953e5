#include <rpmsg/wire/cobs.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>

namespace {

using rpmsg::wire::cobs_reader;
using rpmsg::wire::cobs_writer;

/// Writes a frame in pieces, checks its length and that it holds no delimiter inside, and reads it back.
constexpr auto comes_back(rpmsg::const_bytes frame, std::size_t piece) -> bool {
    auto out = std::array<std::byte, 800>{};
    auto writer = cobs_writer{};
    std::size_t size = 0;
    while (not writer.is_done(frame)) {
        size += writer.write(frame, rpmsg::bytes{out}.subspan(size, piece));
    }
    check(size <= frame.size() + frame.size() / 254 + 3);
    check(out[0] == std::byte{} and out[size - 1] == std::byte{});
    auto reader = cobs_reader{};
    std::size_t read = 0;
    for (std::size_t i = 0; i < size; ++i) {
        check(i == 0 or i + 1 == size or out[i] != std::byte{});
        auto const step = reader.read(out[i]);
        check(step.what != cobs_reader::outcome::torn);
        check((step.what == cobs_reader::outcome::end) == (i == 0 or i + 1 == size));
        if (step.what == cobs_reader::outcome::byte) {
            check(read < frame.size() and step.value == frame[read++]);
        }
    }
    check(read == frame.size());
    return true;
}

constexpr auto frames_of_all_lengths_come_back() -> bool {
    auto full = std::array<std::byte, 770>{};
    full.fill(std::byte{1});
    auto mixed = std::array<std::byte, 40>{};
    for (std::size_t i = 0; i < mixed.size(); ++i) {
        mixed[i] = static_cast<std::byte>(i % 3);
    }
    for (std::size_t i = 0; i < 12; ++i) {
        check(comes_back(rpmsg::const_bytes{mixed}.subspan(i % 3, i * 3), 1 + i));
    }
    for (auto const length : {0, 1, 253, 254, 255, 507, 508, 509, 762}) {
        auto content = full;
        auto const frame = rpmsg::bytes{content}.first(static_cast<std::size_t>(length));
        check(comes_back(frame, 7));
        if (length > 0) { // a zero at the end, and one at the start
            frame.back() = std::byte{};
            check(comes_back(frame, 800));
            frame.front() = std::byte{};
            check(comes_back(frame, 13));
        }
    }
    return true;
}

constexpr auto a_frame_that_lost_a_byte_is_torn() -> bool {
    auto reader = cobs_reader{};
    auto const read = [&](unsigned byte) { return reader.read(static_cast<std::byte>(byte)).what; };
    check(read(3) == cobs_reader::outcome::nothing and read(9) == cobs_reader::outcome::byte);
    check(read(0) == cobs_reader::outcome::torn and read(1) == cobs_reader::outcome::nothing);
    check(read(0) == cobs_reader::outcome::end);
    return true;
}

} // namespace

TEST_CASE("A frame comes back as it was, and no byte inside it is a delimiter") {
    STATIC_REQUIRE(frames_of_all_lengths_come_back());
    CHECK(frames_of_all_lengths_come_back());
}

TEST_CASE("A frame that ends inside a block is torn, and the next one is not") {
    STATIC_REQUIRE(a_frame_that_lost_a_byte_is_torn());
}
