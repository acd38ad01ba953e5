#include <rpmsg/host/bells/eventfd_doorbell.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("both queues ring the peer's one eventfd") {
    for (auto const queue : {0u, 1u}) {
        rpmsg::host::eventfd_bell peer{};
        auto bell = rpmsg::host::eventfd_doorbell{peer};
        CHECK(bell.ring(queue));
        CHECK(peer.rings() == 1);
    }
}

TEST_CASE("a doorbell that cannot ring says so") {
    rpmsg::host::eventfd_bell peer{-1};
    CHECK_FALSE(rpmsg::host::eventfd_doorbell{peer}.ring(0));
}
