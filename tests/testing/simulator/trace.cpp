#include <rpmsg/testing/simulator/trace.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg::testing::simulator;

TEST_CASE("a trace keeps the last steps, and a hash of all") {
    auto one = trace{};
    auto other = trace{};
    for (std::uint32_t i = 0; i < 300; ++i) {
        one.add({.kind = step_kind::note, .core = 1, .a = i});
        other.add({.kind = step_kind::note, .core = 1, .a = i, .with = i == 7 ? 1u : 0u});
    }
    CHECK(one.count() == 300);
    CHECK(one.last(2).size() == 2);
    CHECK(one.last(2)[1].a == 299);
    CHECK(one.last(1'000).size() == 256);
    CHECK(one.last(1'000)[0].a == 44);
    CHECK(one.hash() != other.hash());
}
