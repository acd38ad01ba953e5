#include <rpmsg/platform/counter_doorbell.hpp>
#include <rpmsg/testing/regions/array_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {

using memory = rpmsg::testing::array_memory<8>;
using bell = rpmsg::counter_doorbell<rpmsg::testing::array_region<8>>;
static_assert(rpmsg::doorbell<bell>);

constexpr auto each_side_counts_its_own_word() -> bool {
    auto shared = memory{};
    auto ours = bell{shared, 0, 4};
    auto theirs = bell{shared, 4, 0};
    check(not ours.has_rung() and not theirs.has_rung());
    ours.ring(0);
    ours.ring(1);
    check(theirs.has_rung() and not theirs.has_rung() and not ours.has_rung());
    theirs.ring(1);
    check(ours.has_rung() and not theirs.has_rung());
    return true;
}

/// The peer remembers how far we counted: the next life counts on.
constexpr auto the_next_life_counts_on() -> bool {
    auto shared = memory{};
    auto theirs = bell{shared, 4, 0};
    auto ours = bell{shared, 0, 4};
    ours.ring(0);
    check(theirs.has_rung());
    auto again = bell{shared, 0, 4};
    again.ring(0);
    return theirs.has_rung();
}

TEST_CASE("each side counts a word of its own, and sees once that the other one did") {
    STATIC_REQUIRE(each_side_counts_its_own_word());
    CHECK(each_side_counts_its_own_word());
}

TEST_CASE("a side that starts anew is heard at its first ring") {
    STATIC_REQUIRE(the_next_life_counts_on());
    CHECK(the_next_life_counts_on());
}

} // namespace
