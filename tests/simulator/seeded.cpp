// The simulator finds the bugs that mutants.cmake puts into the library: each by an invariant, which is printed.
#include "seeded.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <string>

TEST_CASE("the simulator finds bugs that are put into the library", "[.nightly]") {
    auto const& all = simulator_tests::seeded_bugs();
    auto found = std::size_t{};
    auto missed = std::string{};
    for (auto const& each : all) {
        auto const invariant = each.find(400);
        std::printf("%s: %s\n", each.name, invariant.empty() ? "not found" : invariant.c_str());
        found += invariant.empty() ? 0u : 1u;
        missed += invariant.empty() ? " " + std::string{each.name} : "";
    }
    std::printf("%zu of %zu seeded bugs are found\n", found, all.size());
    INFO("not found:" << missed);
    CHECK(found >= 15); // what the last record says: raise it with what is found
}
