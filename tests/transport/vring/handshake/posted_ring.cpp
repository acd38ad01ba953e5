#include <rpmsg/transport/vring/handshake/posted_ring.hpp>

#include <catch2/catch_test_macros.hpp>

#include "transport/two_sides.hpp"
#include <cstdint>

namespace {

using rpmsg::detail::posted;

constexpr auto config = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .dialect = rpmsg::wire::dialects::openamp};

constexpr auto with_indices(std::uint16_t available, std::uint16_t used) -> posted {
    constexpr auto ring = rpmsg::vring_layout<config>::parts(0);
    auto shared = two_sides<config>{};
    shared.put(ring.available + 2, available);
    shared.put(ring.used + 2, used);
    auto memory = shared.device_region();
    return rpmsg::detail::posted_buffers<config>(memory, ring);
}

TEST_CASE("A ring of zeros is blank") { STATIC_REQUIRE(with_indices(0, 0) == posted::blank); }

TEST_CASE("A ring whose buffers are all used has none") { STATIC_REQUIRE(with_indices(7, 7) == posted::none); }

TEST_CASE("A ring has some buffers where its indices are one to all of them apart, also across their end") {
    STATIC_REQUIRE(with_indices(1, 0) == posted::some);
    STATIC_REQUIRE(with_indices(4, 0) == posted::some);
    STATIC_REQUIRE(with_indices(2, 0xfffe) == posted::some);
}

TEST_CASE("Indices that are further apart than there are buffers post none") {
    STATIC_REQUIRE(with_indices(5, 0) == posted::none);
    STATIC_REQUIRE(with_indices(0, 1) == posted::none);
}

} // namespace
