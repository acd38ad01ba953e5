#include <rpmsg/testing/explorer/explorer.hpp>
#include <rpmsg/testing/explorer/search.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <set>
#include <span>

using rpmsg::testing::exploration_options;
using rpmsg::testing::explorer;
using rpmsg::testing::ordering;

namespace {

/// Two cores of two steps each, which write down the order of their steps.
auto interleavings(exploration_options options) -> std::set<std::uint32_t> {
    auto seen = std::set<std::uint32_t>{};
    auto log = std::uint32_t{};
    auto engine = explorer{options};
    engine.keep(std::as_writable_bytes(std::span{&log, 1}));
    for (std::uint32_t core = 0; core < 2; ++core) {
        engine.add_core("core", [&engine, &log, core] {
            for (std::uint32_t i = 1; i <= 2; ++i) {
                engine.store(core, ordering::relaxed, 0);
                log = log * 10 + core + 1;
            }
        });
    }
    engine.at_end([&] { seen.insert(log); });
    REQUIRE(engine.run().is_clean());
    return seen;
}

} // namespace

TEST_CASE("every interleaving is run") {
    REQUIRE(interleavings({}) == std::set<std::uint32_t>{1122, 1212, 1221, 2112, 2121, 2211});
}

TEST_CASE("a bound of preemptions leaves interleavings out") {
    REQUIRE(interleavings({.preemptions = 0}) == std::set<std::uint32_t>{1122, 2211});
    REQUIRE(interleavings({.preemptions = 1}) == std::set<std::uint32_t>{1122, 1221, 2112, 2211});
}

TEST_CASE("a failure is traced, and a bound of states makes the search inexhaustive") {
    auto engine = explorer{};
    engine.add_core("core", [&engine] { engine.check(engine.pick(3) != 2, "two"); });
    auto const found = engine.run();
    REQUIRE(found.failure == "two");
    REQUIRE(found.trace.back() == "two");

    auto bounded = explorer{{.max_states = 2}};
    bounded.add_core("core", [&bounded] { (void)bounded.pick(3), (void)bounded.pick(3); });
    REQUIRE_FALSE(bounded.run().is_exhaustive);
}

TEST_CASE("a program with hidden state is told") {
    auto engine = explorer{};
    auto hidden = 0;
    engine.add_core("core", [&] {
        (void)engine.pick(2);
        engine.check(++hidden != 2, "hidden");
    });
    REQUIRE(engine.run().trace.back() == "not reproduced: the programs have hidden state");
}

TEST_CASE("a crash can come before each access, and the next life begins elsewhere") {
    auto seen = std::set<std::uint32_t>{};
    auto steps = std::uint32_t{};
    auto engine = explorer{{.crashing_core = 0}};
    engine.keep(std::as_writable_bytes(std::span{&steps, 1}));
    engine.add_core(
        "core",
        [&] {
            for (auto i = 0; i < 3; ++i) {
                engine.store(0, ordering::relaxed, 0);
                ++steps;
            }
        },
        [&] { steps += 10 * engine.crashes_of(0); });
    engine.at_end([&] { seen.insert(steps); });
    auto const found = engine.run();
    REQUIRE(found.is_clean());
    REQUIRE(found.crashes == 3);
    REQUIRE(seen == std::set<std::uint32_t>{3, 10, 11, 12});
}
