// Test of the search itself: it must find the bugs of mutants.cmake.
#include "seeded.hpp"

#include <catch2/catch_test_macros.hpp>

#include "races.hpp"
#include <algorithm>
#include <string>

namespace {
using namespace state_search;
}

TEST_CASE("each seeded bug is found, and a play of a few calls shows it") {
    for (auto const& bug : seeded_bugs()) {
        INFO(bug.name);
        auto found = search(bug.make, {.seed = 1, .plays = 60'000});
        if (found.empty()) {
            found = search_races(bug.make);
        }
        CAPTURE(found);
        CHECK(found.find(bug.fault) != std::string::npos);
        CHECK(std::count(found.begin(), found.end(), '\n') <= 10);
    }
}
