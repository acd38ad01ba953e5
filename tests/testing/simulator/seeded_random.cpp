#include <rpmsg/testing/simulator/seeded_random.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {
using rpmsg::testing::simulator::seeded_random;

constexpr auto numbers_follow_from_the_seed_and_the_stream() -> bool {
    auto one = seeded_random{7};
    auto same = seeded_random{7};
    auto other_seed = seeded_random{8};
    auto other_stream = seeded_random{7, 1};
    auto const first = one.next();
    check(first == same.next() and first != other_seed.next() and first != other_stream.next());
    return true;
}
constexpr auto numbers_keep_their_limits() -> bool {
    auto it = seeded_random{1};
    auto seen = 0u;
    for (int i = 0; i < 200; ++i) {
        auto const number = it.between(3, 6);
        check(number >= 3 and number <= 6);
        seen |= 1u << number;
        check(it.below(5) < 5);
    }
    check(seen == 0b0111'1000 and it.below(0) == 0);
    check(it.happens(1) and not it.happens(0));
    return true;
}
} // namespace

TEST_CASE("random numbers follow from the seed and the stream") {
    STATIC_REQUIRE(numbers_follow_from_the_seed_and_the_stream());
}
TEST_CASE("random numbers keep their limits") { STATIC_REQUIRE(numbers_keep_their_limits()); }
