#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/racing_lock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace {
using namespace rpmsg;

/// Two sections under the lock; how often the interrupt came, and whether ever in one of them.
struct outcome {
    int came = 0;
    bool intruded = false;
    std::uint32_t points{};
};
consteval auto run(testing::race_plan plan) -> outcome {
    auto seen = outcome{};
    auto inside = false;
    auto racing = testing::racing_lock{[&] {
                                           ++seen.came;
                                           seen.intruded = seen.intruded or inside;
                                       },
                                       plan};
    auto lock = lock_ref{racing};
    for (int i = 0; i < 2; ++i) {
        exclusively(lock, [&] {
            inside = true;
            inside = false;
        });
    }
    seen.points = racing.points();
    return seen;
}

/// A counter that is read and written in two sections: what an interrupt between them destroys.
consteval auto finds_the_lost_update() -> bool {
    auto count = 0;
    auto racing = testing::racing_lock{[&] { ++count; }, {.first = 1, .count = 1}};
    auto lock = lock_ref{racing};
    auto const before = exclusively(lock, [&] { return count; });
    exclusively(lock, [&] { count = before + 1; });
    return count == 1; // not 2
}
} // namespace

TEST_CASE("an interrupt comes before each lock and after each unlock, never inside") {
    STATIC_REQUIRE(run({}).came == 4);
    STATIC_REQUIRE(run({}).points == 4);
    STATIC_REQUIRE_FALSE(run({}).intruded);
}

TEST_CASE("an interrupt comes where the plan says") {
    STATIC_REQUIRE(run({.first = 2, .count = 1}).came == 1);
    STATIC_REQUIRE(run({.first = 4, .count = 1}).came == 0);
    STATIC_REQUIRE(run({.seed = 1}).came <= 4);
}

TEST_CASE("a seeded race is found") { STATIC_REQUIRE(finds_the_lost_update()); }
