#include <rpmsg/testing/simulator/campaign.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"
#include <memory>
#include <string>

using namespace two_cores;

namespace {
auto contains(std::string const& text, std::string const& part) -> bool { return text.find(part) != std::string::npos; }

auto settings() -> campaign_settings {
    return {.command = "this_test", .seeds = 4, .faults = fault_set::all().without({fault::scribble})};
}
/// Two cores whose client must get answers; `spoil` may add what goes wrong.
auto build(std::function<void(world&)> spoil = [](world&) {}) {
    return [spoil](world& all) {
        auto const found = std::make_shared<two_cores::log>();
        connect_rings(all, *found);
        all.must_progress("answers", [found] { return found->answers; });
        spoil(all);
    };
}
} // namespace

TEST_CASE("a campaign counts what it ran and saw") {
    auto const report = campaign{settings(), build()}.run();
    CHECK(report.failure == "");
    CHECK(report.runs == 4);
    CHECK(report.messages > 1'000);
    CHECK(report.seen.of("a link came up") > 8);
    CHECK(campaign{settings(), build()}.run().hash == report.hash);
}

TEST_CASE("a campaign that did not see what it asks for fails") {
    auto asks = settings();
    asks.must_strike = {fault::line_noise};
    asks.must_see = {"a link came up", "a comet"};
    asks.must_count = {rpmsg::counter::too_large};
    asks.must_go_down = {rpmsg::down_reason::peer_panicked};
    CHECK(campaign{asks, build()}.run().failure == "never seen: line_noise, a comet, too large, peer panicked");
}

TEST_CASE("a failure is made short, and the line that is printed runs it again") {
    auto const spoil =
        build([](world& all) { all.always("no core crashes", [&all] { return all.seen().of(fault::crash) < 1; }); });
    auto many = campaign{settings(), spoil};
    auto const report = many.run();
    CHECK(contains(report.failure, "no core crashes\nwith 2 cores, 1 phases, faults: crash (found as 1."));
    CHECK(contains(report.failure, "to run it again: RPMSG_REPLAY=" + report.at.text() + " this_test\n"));
    CHECK(contains(report.failure, "FAILED: no core crashes"));
    CHECK(report.at.faults == fault_set{fault::crash});
    CHECK(report.at.phases == 1);
    CHECK(contains(many.replay(report.at.text()).failure, "no core crashes"));
}

TEST_CASE("a program that reads what is not of the simulation is found") {
    auto runs = 0;
    auto const spoil = build([&runs](world& all) {
        if (++runs % 2 == 0) {
            all.add_fault_step(fault::pause, 0);
        }
    });
    CHECK(contains(campaign{settings(), spoil}.run().failure, "the same schedule ran in two ways"));
}

TEST_CASE("a schedule of another version is refused") {
    CHECK(contains(campaign{settings(), build()}.replay("9.1.1.2.1").failure, "is a schedule of version 9"));
}
