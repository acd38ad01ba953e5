#include <catch2/catch_test_macros.hpp>

#include "conformance_calls.hpp"
#include "two_trees.hpp"
#include <cstdint>

TEST_CASE("Remote files answer each errno of plain files") {
    auto const differences = differences_in<two_trees>("files_conformance.txt", [] { return two_trees{}; });
    INFO(differences);
    CHECK(differences.empty());
}

TEST_CASE("Calls at random do to remote files what they do to plain ones") {
    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        auto trees = two_trees{};
        play_at_random(trees, seed, 1500);
        CHECK(trees.remote.server().counts().lost == 0);
    }
}
