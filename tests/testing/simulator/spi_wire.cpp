#include <rpmsg/testing/simulator/spi_wire.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;

namespace {
constexpr auto config = rpmsg::spi_config{.frame_size = 96, .retry_ticks = 2'000};
auto join(world& all, two_cores::log& found) -> spi_wire<config>& {
    auto& line = all.add_wire<spi_wire<config>>("bus");
    connect(
        all, line, found, [](auto& it) { return it.controller(); }, [](auto& it) { return it.peripheral(); });
    return line;
}
} // namespace

TEST_CASE("a bus carries messages, also over noise, aborted transfers and lost edges") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = join(all, found);
    all.run_for(100ms);
    CHECK(found.answers > 80);
    auto random = seeded_random{1};
    for (auto const each : {fault::bus_noise, fault::bus_abort, fault::edge_lost}) {
        CHECK(line.suits(each));
        line.strike(each, random);
        auto const before = found.answers;
        all.run_for(500ms);
        CHECK(found.answers > before + 50);
        line.mend(each);
    }
    CHECK(all.failure().empty());
}

TEST_CASE("a bus that was cut, and one whose peripheral crashed, carry messages again") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = join(all, found);
    all.run_for(50ms);
    all.cut(line, true);
    auto const before = found.answers;
    all.run_for(100ms);
    CHECK(found.answers <= before + 1);
    all.mend(line);
    all.run_for(300ms);
    CHECK(found.answers > before + 50);
    for (std::uint32_t end = 0; end < 2; ++end) {
        all.crash(*line.core_at(end), 5ms);
        auto const now = found.answers;
        all.run_for(300ms);
        CHECK(found.answers > now + 50);
    }
}
