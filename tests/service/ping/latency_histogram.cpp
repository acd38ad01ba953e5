#include <rpmsg/service/ping/latency_histogram.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using rpmsg::latency_histogram;
using rpmsg::ticks;

constexpr auto of_times(auto... times) {
    auto made = latency_histogram<>{};
    (made.add(static_cast<ticks>(times)), ...);
    return made;
}
/// The median of two times, of which the second is greater than any: the end of the bucket of the first.
template <std::uint32_t Precision = 4> constexpr auto seen_as(ticks time) -> ticks {
    auto made = latency_histogram<Precision>{};
    made.add(time);
    made.add(0xffff'ffff);
    return made.percentile(50);
}
} // namespace

TEST_CASE("a histogram without times answers zeros") {
    constexpr auto none = of_times();
    STATIC_REQUIRE(none.count() == 0);
    STATIC_REQUIRE((none.min() == 0 and none.max() == 0 and none.mean() == 0));
    STATIC_REQUIRE((none.percentile(1) == 0 and none.percentile(100) == 0));
}

TEST_CASE("one time is each percentile exactly, whatever its bucket") {
    constexpr auto one = of_times(1'000'003);
    STATIC_REQUIRE((one.min() == 1'000'003 and one.max() == 1'000'003 and one.mean() == 1'000'003));
    STATIC_REQUIRE((one.percentile(1) == 1'000'003 and one.percentile(50) == 1'000'003 and one.percentile(99) == 1'000'003));
}

TEST_CASE("a percentile is the smallest time that so many times do not exceed") {
    constexpr auto hundred = [] {
        auto made = latency_histogram<6>{}; // exact below 128
        for (ticks time = 100; time > 0; --time) {
            made.add(time);
        }
        return made;
    }();
    STATIC_REQUIRE(hundred.percentile(1) == 1);
    STATIC_REQUIRE(hundred.percentile(50) == 50);
    STATIC_REQUIRE(hundred.percentile(99) == 99);
    STATIC_REQUIRE(hundred.percentile(100) == 100);
    STATIC_REQUIRE(hundred.mean() == 50);
    STATIC_REQUIRE(of_times(1, 2, 3).percentile(50) == 2); // 1.5 of 3 are 2
    STATIC_REQUIRE(of_times(1, 2, 3).percentile(99) == 3);
    STATIC_REQUIRE(of_times(0, 0, 7).percentile(1) == 0);
}

TEST_CASE("one slow answer in a hundred is not in p99, two are") {
    auto times = latency_histogram<>{};
    for (auto i = 0; i < 99; ++i) {
        times.add(10);
    }
    times.add(5000);
    CHECK(times.percentile(99) == 10);
    times.add(5000);
    CHECK(times.percentile(99) == 5000);
    CHECK(times.percentile(50) == 10);
}

TEST_CASE("a percentile is never too small, and at most a sixteenth too large") {
    for (ticks time = 0; time < 32; ++time) {
        CHECK(seen_as(time) == time);
    }
    for (ticks time = 32; time < 0x8000'0000; time += 1 + time / 7) {
        for (auto const at : {time - 1, time, time + 1}) {
            CHECK(seen_as(at) >= at);
            CHECK(seen_as(at) - at <= at / 16);
        }
    }
    for (std::uint32_t bit = 1; bit < 32; ++bit) {
        CHECK(seen_as(1u << bit) >= 1u << bit);
        CHECK(seen_as((1u << bit) - 1) == (1u << bit) - 1); // the end of a bucket
        CHECK(seen_as<1>((1u << bit) - 1) == (1u << bit) - 1);
        CHECK(seen_as<8>((1u << bit) - 1) == (1u << bit) - 1);
    }
}

TEST_CASE("the greatest time has a bucket, and the sum of many of them does not wrap") {
    auto times = latency_histogram<>{};
    for (auto i = 0; i < 1000; ++i) {
        times.add(0xffff'ffff);
    }
    CHECK(times.percentile(50) == 0xffff'ffff);
    CHECK(times.mean() == 0xffff'ffff);
    CHECK(times.min() == 0xffff'ffff);
    STATIC_REQUIRE(seen_as(0xffff'ffff) == 0xffff'ffff);
}
