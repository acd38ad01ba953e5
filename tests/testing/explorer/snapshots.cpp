#include <rpmsg/testing/explorer/snapshots.hpp>

#include <catch2/catch_test_macros.hpp>

#include <span>

using rpmsg::testing::ordering;
using rpmsg::testing::snapshots;
using rpmsg::testing::weak_memory;

TEST_CASE("a snapshot takes memory and model back, and equal situations have equal fingerprints") {
    auto model = weak_memory{2};
    auto number = 1;
    auto past = snapshots{model};
    past.keep(std::as_writable_bytes(std::span{&number, 1}));
    auto const before = past.fingerprint();
    auto const first = past.save();

    number = 2;
    model.store(0, 0, ordering::relaxed, 5, 0);
    auto const between = past.fingerprint();
    REQUIRE(between != before);
    auto const second = past.save();
    number = 3;

    past.restore(second);
    REQUIRE(number == 2);
    REQUIRE(past.fingerprint() == between);
    past.drop(second);
    past.restore(first);
    REQUIRE(number == 1);
    REQUIRE(model.readable(1, 0) == 1);
    REQUIRE(past.fingerprint() == before);
}
