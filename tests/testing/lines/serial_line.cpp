#include <rpmsg/testing/lines/serial_line.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <algorithm>

namespace {

using rpmsg::testing::line;
using rpmsg::testing::line_faults;

/// What comes out of a line when 100000 bytes of 0x55 go in, 32 at a time.
struct outcome {
    std::size_t bytes{};
    std::size_t odd{};
};
auto after(line_faults faults) -> outcome {
    auto wire = line<>{faults, 7};
    auto sent = std::array<std::byte, 32>{};
    sent.fill(std::byte{0x55});
    auto got = std::array<std::byte, 256>{};
    auto total = outcome{};
    for (int i = 0; i < 100'000; i += 32) {
        REQUIRE(wire.write(sent) == sent.size());
        auto const count = wire.read(got);
        total.bytes += count;
        total.odd += static_cast<std::size_t>(std::count_if(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(count),
                                                            [](auto b) { return b != std::byte{0x55}; }));
    }
    return total;
}

constexpr auto a_line_of_a_given_pace_takes_so_many_bytes_in_a_tick() -> bool {
    auto wire = line<64>{};
    wire.pace(3);
    check(wire.write("hello"_payload) == 3 and wire.write("lo"_payload) == 0);
    wire.tick();
    check(wire.write("lo"_payload) == 2);
    auto got = std::array<std::byte, 8>{};
    check(wire.copy_to(got) == 5 and wire.under_way() == 5 and wire.read(got) == 5 and wire.under_way() == 0);
    check(same(rpmsg::const_bytes{got}.first(5), "hello"_payload));
    wire.inject("x"_payload);
    wire.lose();
    check(wire.read(got) == 0);
    wire.stick(std::byte{});
    wire.tick();
    check(wire.write("yes"_payload) == 3 and wire.read(got) == 3 and got[0] == std::byte{} and got[2] == std::byte{});
    wire.repair();
    wire.tick();
    check(wire.write("yes"_payload) == 3 and wire.read(got) == 3 and same(rpmsg::const_bytes{got}.first(3), "yes"_payload));
    return true;
}

} // namespace

TEST_CASE("A line without faults changes nothing") {
    CHECK(after({}).bytes == 100'000);
    CHECK(after({}).odd == 0);
}

TEST_CASE("Each fault happens about as often as asked for") {
    auto const flipped = after({.flip = 100});
    CHECK(flipped.bytes == 100'000);
    CHECK((flipped.odd > 900 and flipped.odd < 1100));
    auto const dropped = after({.drop = 100});
    CHECK((dropped.bytes > 98'900 and dropped.bytes < 99'100 and dropped.odd == 0));
    auto const inserted = after({.insert = 100});
    CHECK((inserted.bytes > 100'900 and inserted.bytes < 101'100 and inserted.odd > 900));
    auto const doubled = after({.duplicate = 100});
    CHECK((doubled.bytes > 100'900 and doubled.bytes < 101'100 and doubled.odd == 0));
    auto const cut = after({.cut = 1000});
    CHECK((cut.bytes > 95'000 and cut.bytes < 98'500));
}

TEST_CASE("A line has a pace, may be stuck, and is repaired") {
    STATIC_REQUIRE(a_line_of_a_given_pace_takes_so_many_bytes_in_a_tick());
    CHECK(a_line_of_a_given_pace_takes_so_many_bytes_in_a_tick());
}
