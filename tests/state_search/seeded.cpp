// Test of the search itself: it must find the bugs of mutants.cmake.
#include "seeded.hpp"

#include <catch2/catch_test_macros.hpp>

#include "races.hpp"
#include <algorithm>
#include <string>
#include <variant>

namespace {
using namespace state_search;
}

TEST_CASE("each seeded bug is found, and a play of a few calls shows it") {
    for (auto const& bug : seeded_bugs()) {
        INFO(bug.name);
        auto found = std::string{};
        if (auto const* const model = std::get_if<small_maker>(&bug.make)) {
            found = search_small(*model, 1, 60'000, 16);
        } else {
            auto const make = std::get<maker>(bug.make);
            found = search(make, {.seed = 1, .plays = 60'000});
            found = found.empty() ? search_races(make) : found;
        }
        CAPTURE(found);
        CHECK(found.find(bug.fault) != std::string::npos);
        CHECK(std::count(found.begin(), found.end(), '\n') <= 10);
    }
}
