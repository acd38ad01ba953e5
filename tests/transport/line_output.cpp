#include <rpmsg/testing/line.hpp>
#include <rpmsg/transport/line_output.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using narrow = rpmsg::testing::line<8>;

constexpr auto what_a_line_does_not_take_stays_until_it_does() -> bool {
    auto wire = narrow{};
    auto output = rpmsg::detail::line_output{rpmsg::byte_stream_ref{wire}};
    check(output.drain() and output.is_idle());
    rpmsg::copy("hello world"_payload, output.room());
    output.stage(11);
    auto got = std::array<std::byte, 16>{};
    std::size_t count = 0;
    while (not output.drain()) {
        check(not output.is_idle());
        auto const read = wire.read(rpmsg::bytes{got}.subspan(count));
        check(read > 0);
        count += read;
    }
    count += wire.read(rpmsg::bytes{got}.subspan(count));
    check(same(rpmsg::const_bytes{got}.first(count), "hello world"_payload));
    output.stage(5);
    output.forget();
    check(output.drain() and wire.under_way() == 0);
    return true;
}

} // namespace

TEST_CASE("What a line does not take at once stays until it does") {
    STATIC_REQUIRE(what_a_line_does_not_take_stays_until_it_does());
    CHECK(what_a_line_does_not_take_stays_until_it_does());
}
