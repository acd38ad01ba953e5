// Schedules per commit: 10,000 in all, each twice. A failure prints the command that plays it again.
#include "campaigns.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdio>

namespace {
using namespace rpmsg::traffic;
using rpmsg::counter;
using rpmsg::down_reason;

/// Runs a campaign over each kind, and demands that each of these faults struck in each.
auto run_each(kinds const& some, std::uint32_t seeds, simulator::fault_set faults, std::string const& test) -> std::string {
    auto seen = simulator::sightings{};
    for (auto const& one : some) {
        auto settings = simulator::campaign_settings{
            .command = "tests_simulator '" + test + "'",
            .seeds = seeds,
            .faults = faults,
            .must_strike = faults,
            .must_see = {"a link came up", "an interrupt was lost", "an interrupt came late", "an endpoint was bound",
                         "a sender that found no buffer was told of one", "a core waited for a buffer and did nothing else"},
            .must_count = {counter::no_buffer},
            .must_go_down = {down_reason::closed}};
        auto all = simulator::campaign{settings, pair_of(one)};
        auto const report = all.run();
        if (not report.failure.empty()) {
            return std::string{one.name} + ": " + report.failure;
        }
        seen.add(report.seen);
    }
    std::printf("%s\n", seen.text().c_str());
    return {};
}
} // namespace

TEST_CASE("rings that detect every restart keep their promises under faults") {
    CHECK(run_each(kinds_of_own_rings(), 400, common_faults() | ring_faults(),
                   "rings that detect every restart keep their promises under faults") == "");
}

TEST_CASE("rings of other dialects keep their promises under faults") {
    CHECK(run_each(kinds_of_other_rings(), 400, common_faults() | ring_faults(),
                   "rings of other dialects keep their promises under faults") == "");
}
