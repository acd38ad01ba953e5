#include <rpmsg/transport/vring/handshake/handshake.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

using rpmsg::detail::lies_aligned;

TEST_CASE("A range lies in a region from a word to the end of the region, and not a byte further") {
    STATIC_REQUIRE(lies_aligned(0, 16, 16));
    STATIC_REQUIRE(lies_aligned(12, 4, 16));
    STATIC_REQUIRE_FALSE(lies_aligned(12, 5, 16));
    STATIC_REQUIRE_FALSE(lies_aligned(2, 4, 16));
    STATIC_REQUIRE_FALSE(lies_aligned(0xffff'fffc, 8, 16));
}

} // namespace
