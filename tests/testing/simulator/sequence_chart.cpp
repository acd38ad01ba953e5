#include <rpmsg/testing/simulator/sequence_chart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"
#include <string>

using namespace two_cores;

namespace {
auto count_of(std::string const& text, std::string const& part) -> int {
    auto count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}
} // namespace

TEST_CASE("the last steps are drawn, an arrow for each message") {
    auto found = two_cores::log{};
    auto all = world{1};
    connect_rings(all, found);
    all.run_for(20ms);
    all.fail("1 < 2 & more");
    auto const svg = sequence_chart(all, 20);
    CHECK(svg.starts_with("<svg"));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(count_of(svg, "marker-end") >= 5);
    CHECK(count_of(svg, "marker-end") <= 20);
    CHECK(count_of(svg, ">client<") == 1);
    CHECK(count_of(svg, "FAILED: 1 &lt; 2 &amp; more") == 1);
    CHECK(count_of(svg, "<text") == count_of(svg, "</text>"));
}
