#include <rpmsg/testing/simulator/sightings.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace rpmsg::testing::simulator;

TEST_CASE("what was seen is counted, added and told") {
    auto seen = sightings{};
    seen.add(fault::crash);
    seen.add(rpmsg::counter::no_buffer, 3);
    seen.add(rpmsg::down_reason::broken);
    seen.add("a link came up", 2);
    auto all = seen;
    all.add(seen);
    CHECK(all.of(fault::crash) == 2);
    CHECK(all.of(fault::pause) == 0);
    CHECK(all.of(rpmsg::counter::no_buffer) == 6);
    CHECK(all.of(rpmsg::down_reason::broken) == 2);
    CHECK(all.of("a link came up") == 4);
    CHECK(all.of("never") == 0);
    CHECK(all.text() == "fault crash: 2\ncounter no buffer: 6\nlink down, broken: 2\na link came up: 4\n");
}
