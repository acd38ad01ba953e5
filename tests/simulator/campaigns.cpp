// The schedules of each commit: 10,000, each run twice. A failure prints the command that runs it again.
#include "campaigns.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace {
using namespace rpmsg::traffic;
using rpmsg::counter;
using rpmsg::down_reason;
using simulator::campaign;
using simulator::campaign_settings;
using simulator::fault;

/// Those whose name begins like this.
auto named(kinds const& all, char const* begin) -> kinds {
    auto some = kinds{};
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](kind const& one) { return std::strncmp(one.name, begin, std::strlen(begin)) == 0; });
    return some;
}

/// What every campaign must have seen.
auto settings_of(std::string const& test, std::uint32_t seeds, simulator::fault_set faults) -> campaign_settings {
    return {.command = "tests_simulator '" + test + "'",
            .seeds = seeds,
            .faults = faults,
            .must_strike = faults,
            .must_see = {"a link came up", "an interrupt was lost", "an interrupt came late", "an endpoint was bound",
                         "a sender that found no buffer was told of one", "a core waited for a buffer and did nothing else"},
            .must_count = {counter::no_buffer, counter::link_down},
            .must_go_down = {down_reason::closed}};
}
auto outcome_of(campaign_settings const& settings, std::function<void(world&)> build) -> std::string {
    auto const report = campaign{settings, std::move(build)}.run();
    std::printf("%llu schedules, %llu steps, %llu messages\n%s\n", static_cast<unsigned long long>(report.runs),
                static_cast<unsigned long long>(report.steps), static_cast<unsigned long long>(report.messages),
                report.seen.text().c_str());
    return report.failure;
}
/// Runs a campaign over each kind.
auto outcome_of_each(kinds const& some, campaign_settings const& settings) -> std::string {
    for (auto const& one : some) {
        std::printf("%s: ", one.name);
        if (auto const failure = outcome_of(settings, pair_of(one)); not failure.empty()) {
            return std::string{one.name} + ": " + failure;
        }
    }
    return {};
}
} // namespace

TEST_CASE("rings that detect every restart keep their promises under faults") {
    auto settings =
        settings_of("rings that detect every restart keep their promises under faults", 400, common_faults() | ring_faults());
    settings.must_see.push_back("a core crashed between two accesses");
    settings.must_count.push_back(counter::doorbell_failed);
    settings.must_count.push_back(counter::lost_in_flight);
    settings.must_go_down.push_back(down_reason::peer_restarted);
    CHECK(outcome_of_each(kinds_of_own_rings(), settings) == "");
}

TEST_CASE("rings of other dialects keep their promises under faults") {
    auto settings =
        settings_of("rings of other dialects keep their promises under faults", 400, common_faults() | ring_faults());
    settings.must_see.push_back("a core crashed between two accesses");
    settings.must_see.push_back("a program was told of the restart of its peer");
    CHECK(outcome_of_each(kinds_of_other_rings(), settings) == "");
}

TEST_CASE("rings that a hostile core scribbles on harm nobody, and carry messages after a restart") {
    auto settings = settings_of("rings that a hostile core scribbles on harm nobody, and carry messages after a restart", 100,
                                common_faults() | ring_faults() | simulator::fault_set{fault::scribble});
    settings.must_see.clear();
    settings.must_strike = {fault::scribble};
    CHECK(outcome_of_each(kinds_of_own_rings(), settings) == "");
    CHECK(outcome_of_each(kinds_of_other_rings(), settings) == "");
}

TEST_CASE("serial lines keep their promises under faults") {
    auto settings = settings_of("serial lines keep their promises under faults", 250, common_faults() | serial_faults());
    settings.must_count.push_back(counter::bad_frame);
    CHECK(outcome_of_each(named(kinds_of_lines(), "serial"), settings) == "");
}

TEST_CASE("SPI keeps its promises under faults") {
    auto settings = settings_of("SPI keeps its promises under faults", 300, common_faults() | bus_faults());
    settings.must_count.push_back(counter::bad_frame);
    CHECK(outcome_of_each(named(kinds_of_lines(), "spi"), settings) == "");
}

TEST_CASE("a loopback keeps its promises under faults") {
    auto const settings = settings_of("a loopback keeps its promises under faults", 450, common_faults());
    CHECK(outcome_of_each(named(kinds_of_lines(), "loopback"), settings) == "");
}

TEST_CASE("three cores over any wires keep their promises under faults") {
    auto settings = settings_of("three cores over any wires keep their promises under faults", 300,
                                common_faults() | ring_faults() | serial_faults() | bus_faults());
    settings.cores = 3;
    CHECK(outcome_of(settings, tree_of(all_kinds())) == "");
}

TEST_CASE("five cores over any wires keep their promises under faults") {
    auto settings = settings_of("five cores over any wires keep their promises under faults", 150,
                                common_faults() | ring_faults() | serial_faults() | bus_faults());
    settings.cores = 5;
    CHECK(outcome_of(settings, tree_of(all_kinds())) == "");
}

TEST_CASE("eight cores over any wires keep their promises under faults") {
    auto settings = settings_of("eight cores over any wires keep their promises under faults", 100,
                                common_faults() | ring_faults() | serial_faults() | bus_faults());
    settings.cores = 8;
    settings.phases = 1;
    CHECK(outcome_of(settings, tree_of(all_kinds())) == "");
}

TEST_CASE("a million schedules keep their promises under faults", "[.nightly]") {
    auto settings = settings_of("a million schedules keep their promises under faults", 1'000'000,
                                common_faults() | ring_faults() | serial_faults() | bus_faults());
    settings.first_seed = 1'000'000;
    settings.cores = 3;
    settings.phases = 1;
    CHECK(outcome_of(settings, tree_of(all_kinds())) == "");
}
