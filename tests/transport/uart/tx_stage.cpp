#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart/tx_stage.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using narrow = rpmsg::testing::line<8>;

constexpr auto what_a_line_does_not_take_stays_until_it_does() -> bool {
    auto wire = narrow{};
    auto line = rpmsg::byte_stream_ref{wire};
    auto output = rpmsg::detail::tx_stage{};
    check(output.drain(line) and output.is_idle());
    rpmsg::copy("hello world"_payload, output.room());
    output.stage(11);
    auto got = std::array<std::byte, 16>{};
    std::size_t count = 0;
    while (not output.drain(line)) {
        check(not output.is_idle());
        auto const read = wire.read(rpmsg::bytes{got}.subspan(count));
        check(read > 0);
        count += read;
    }
    count += wire.read(rpmsg::bytes{got}.subspan(count));
    check(same(rpmsg::const_bytes{got}.first(count), "hello world"_payload));
    output.stage(5);
    output.forget();
    check(output.drain(line) and wire.under_way() == 0);
    return true;
}

/// A parser for `fetch` that always has room.
struct greedy_parser {
    std::size_t count{};
    [[nodiscard]] constexpr auto frames() const -> greedy_parser const& { return *this; }
    [[nodiscard]] static constexpr auto has_room() -> bool { return true; }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return true; }
    constexpr auto feed(rpmsg::const_bytes piece, int) -> void { count += piece.size(); }
};
constexpr auto a_long_line_is_read_in_more_than_one_go() -> bool {
    auto wire = rpmsg::testing::line<8192>{};
    auto line = rpmsg::byte_stream_ref{wire};
    auto output = rpmsg::detail::tx_stage{};
    auto parser = greedy_parser{};
    auto storage = 0;
    wire.inject(std::array<std::byte, 5000>{});
    for (auto const left : {5000 - 2048, 5000 - 4096, 0}) {
        output.fetch(line, parser, storage);
        check(wire.under_way() == static_cast<std::size_t>(left) and output.is_behind<decltype(line)>() == (left > 0));
    }
    return parser.count == 5000;
}

} // namespace

TEST_CASE("What is left in a long line is known") { STATIC_REQUIRE(a_long_line_is_read_in_more_than_one_go()); }

TEST_CASE("What a line does not take at once stays until it does") {
    STATIC_REQUIRE(what_a_line_does_not_take_stays_until_it_does());
    CHECK(what_a_line_does_not_take_stays_until_it_does());
}
