#include <rpmsg/testing/simulator/fault.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg::testing::simulator;

TEST_CASE("a set of faults has what was put in") {
    auto some = fault_set{fault::crash, fault::slow};
    CHECK(some.has(fault::crash));
    CHECK_FALSE(some.has(fault::pause));
    CHECK(some.text() == "crash slow");
    CHECK(fault_set::of_bits(some.bits()) == some);
    CHECK(some.both({fault::slow, fault::pause}) == fault_set{fault::slow});
    CHECK(some.without({fault::slow}) == fault_set{fault::crash});
    some.erase(fault::crash);
    some.erase(fault::slow);
    CHECK(some.is_empty());
    CHECK(some.text() == "none");
}

TEST_CASE("each fault has a name of its own, and unknown bits are ignored") {
    auto const all = fault_set::all();
    for (std::size_t i = 0; i < fault_count; ++i) {
        CHECK(all.has(static_cast<fault>(i)));
        for (std::size_t j = 0; j < i; ++j) {
            CHECK(describe(static_cast<fault>(i)) != describe(static_cast<fault>(j)));
        }
    }
    CHECK(fault_set::of_bits(~std::uint64_t{}).bits() == (std::uint64_t{1} << fault_count) - 1);
}
