#include <rpmsg/host/bells/futex_doorbell.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("both queues ring the peer's one futex bell") {
    auto peer = rpmsg::host::futex_bell{};
    auto bell = rpmsg::host::futex_doorbell{peer};
    CHECK(bell.ring(0));
    CHECK(bell.ring(1));
    CHECK(peer.rings() == 2);
}
