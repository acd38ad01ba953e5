#include <rpmsg/platform/circular_reader.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <string>

namespace {

struct silent_line {
    constexpr auto write(rpmsg::const_bytes out) -> std::size_t { return out.size(); }
};
/// The position of a channel that a test moves.
struct dial {
    std::uint32_t* at;
    constexpr auto position() -> std::uint32_t { return *at; }
};
using reader = rpmsg::circular_reader<8, silent_line, dial>;
static_assert(rpmsg::readable_byte_stream<reader>);

/// A ring of 8 bytes into which numbered bytes are written.
struct stage {
    reader::ring memory{};
    std::uint32_t position{};
    std::uint8_t next{};
    std::uint32_t late{}; ///< interrupts that are pending
    reader from{memory, silent_line{}, dial{&position}};

    constexpr auto receive(std::uint32_t count, bool interrupts = true) -> void {
        for (std::uint32_t i = 0; i < count; ++i) {
            memory.content[position] = static_cast<std::byte>(next++);
            position = (position + 1) % 8;
            if (position % 4 == 0) {
                if (interrupts) {
                    from.on_half();
                } else {
                    ++late;
                }
            }
        }
    }
    /// Reads at most so many bytes; they must be the next ones from `first`.
    constexpr auto reads(std::uint8_t first, std::size_t count, std::size_t most = 16) -> bool {
        auto got = std::array<std::byte, 16>{};
        auto const size = from.read(rpmsg::bytes{got}.first(most));
        for (std::size_t i = 0; i < size; ++i) {
            if (got[i] != static_cast<std::byte>(first + i)) {
                return false;
            }
        }
        return size == count;
    }
};

constexpr auto bytes_are_read_in_order_across_the_end_of_the_ring() -> bool {
    auto s = stage{};
    check(s.reads(0, 0));
    s.receive(3);
    check(s.reads(0, 3) and s.reads(0, 0));
    s.receive(7); // wraps
    check(s.reads(3, 2, 2) and s.reads(5, 5));
    for (std::uint8_t i = 0; i < 200; ++i) {
        s.receive(5);
        check(s.reads(static_cast<std::uint8_t>(10 + i * 5), 5));
    }
    return s.from.overruns() == 0 and s.from.write("x"_payload) == 1;
}
constexpr auto a_full_ring_is_read_whole() -> bool {
    auto s = stage{};
    s.receive(8);
    check(s.reads(0, 8));
    s.receive(8);
    return s.reads(8, 8) and s.from.overruns() == 0;
}
constexpr auto an_overrun_is_counted_and_its_bytes_are_dropped() -> bool {
    auto s = stage{};
    s.receive(9);
    check(s.reads(0, 0) and s.from.overruns() == 1);
    s.receive(4);
    check(s.reads(9, 4) and s.from.overruns() == 1);
    s.receive(40);
    check(s.reads(0, 0) and s.from.overruns() == 2);
    s.receive(1);
    return s.reads(53, 1);
}
constexpr auto a_half_whose_interrupt_is_pending_counts() -> bool {
    auto s = stage{};
    s.receive(3);
    check(s.reads(0, 3));
    s.receive(2, false); // over the middle
    check(s.late == 1 and s.reads(3, 2));
    s.from.on_half();
    check(s.reads(0, 0));
    s.receive(4, false); // over the end
    check(s.late == 2 and s.reads(5, 4));
    s.from.on_half();
    check(s.reads(0, 0) and s.from.overruns() == 0);
    return true;
}
constexpr auto a_restarted_channel_begins_at_the_start() -> bool {
    auto s = stage{};
    s.receive(7);
    check(s.reads(0, 7));
    s.position = 0;
    s.from.restart();
    check(s.reads(0, 0));
    s.receive(3);
    return s.reads(7, 3);
}

/// A channel whose position is another one at each query.
struct passing_dial {
    std::uint32_t* positions; ///< returned one after the other
    std::uint32_t* query;
    constexpr auto position() -> std::uint32_t { return positions[(*query)++]; }
};
constexpr auto bytes_that_are_overwritten_while_they_are_copied_are_dropped() -> bool {
    using racing = rpmsg::circular_reader<8, silent_line, passing_dial>;
    auto memory = racing::ring{};
    std::uint32_t positions[] = {0, 0, 1, 1, 1, 1}; // after 8 bytes; the third query is after the copy: 9 bytes
    std::uint32_t query = 0;
    auto from = racing{memory, silent_line{}, passing_dial{positions, &query}};
    from.on_half();
    from.on_half();
    auto got = std::array<std::byte, 16>{};
    check(from.read(got) == 0 and query == 3 and from.overruns() == 1);
    check(from.read(got) == 0 and from.overruns() == 1);
    return true;
}

std::string calls;
struct recorded_cache {
    static constexpr std::uint32_t line = 32;
    auto clean(std::uintptr_t, std::uint32_t) -> void { calls += "clean "; }
    auto invalidate(std::uintptr_t start, std::uint32_t size) -> void {
        calls += std::to_string(start % 64) + "+" + std::to_string(size) + " ";
    }
};
} // namespace

TEST_CASE("bytes of a circular DMA are read in order, across the end of the ring") {
    STATIC_REQUIRE(bytes_are_read_in_order_across_the_end_of_the_ring());
}
TEST_CASE("a full ring of a circular DMA is read whole") { STATIC_REQUIRE(a_full_ring_is_read_whole()); }
TEST_CASE("an overrun of a circular DMA is counted, and its bytes are dropped") {
    STATIC_REQUIRE(an_overrun_is_counted_and_its_bytes_are_dropped());
}
TEST_CASE("a half of the ring counts also while its interrupt is pending") {
    STATIC_REQUIRE(a_half_whose_interrupt_is_pending_counts());
}
TEST_CASE("bytes that a circular DMA overwrites while they are copied are dropped and counted") {
    STATIC_REQUIRE(bytes_that_are_overwritten_while_they_are_copied_are_dropped());
}
TEST_CASE("a circular DMA that is restarted begins at the start of the ring") {
    STATIC_REQUIRE(a_restarted_channel_begins_at_the_start());
}
TEST_CASE("beside a cache the lines of a ring are invalidated before they are read") {
    using cached = rpmsg::circular_reader<64, silent_line, dial, recorded_cache>;
    alignas(64) static cached::ring memory{};
    auto position = std::uint32_t{};
    auto from = cached{memory, silent_line{}, dial{&position}};
    auto got = std::array<std::byte, 64>{};
    position = 10;
    calls.clear();
    CHECK(from.read(got) == 10);
    CHECK(calls == "0+10 0+0 ");
    position = 40;
    from.on_half();
    calls.clear();
    CHECK(from.read(got) == 30);
    CHECK(calls == "10+30 0+0 ");
}
