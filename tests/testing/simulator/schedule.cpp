#include <rpmsg/testing/simulator/schedule.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg::testing::simulator;

TEST_CASE("a schedule is read from its own text") {
    auto const it = schedule{.seed = 0xfedc'ba98'7654'3210, .faults = {fault::crash, fault::slow}, .cores = 5, .phases = 3};
    CHECK(it.text() == "1.fedcba9876543210.2100.5.3");
    CHECK(parse_schedule(it.text()).value == it);
    CHECK(parse_schedule(it.text()).problem.empty());
}

TEST_CASE("a text that is no schedule is refused in one line") {
    CHECK(parse_schedule("2.1.1.2.1").problem ==
          "'2.1.1.2.1' is a schedule of version 2; this simulator plays version 1: check "
          "out the commit that printed it");
    CHECK(parse_schedule("1.ffffffffffffffffff.0.2.1").problem.find("is no schedule") != std::string::npos);
    CHECK(parse_schedule("1.1.fffffffff.2.1").problem == "'1.1.fffffffff.2.1' names faults that this simulator does not know");
    CHECK(parse_schedule("1.1.1.0.1").problem == "'1.1.1.0.1' has 1 to 100000 cores and at most 1000 phases");
    for (auto const* const text : {"", "x", "1", "1.2", "1.2.3.4", "1.2.3.4.5.6", "1.2.3.4.", "1.2.3.4.5 ", "1..3.4.5"}) {
        CAPTURE(text);
        CHECK(parse_schedule(text).problem.find("is no schedule") != std::string::npos);
    }
}
