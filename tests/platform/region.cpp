#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/testing/regions/array_region.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
struct memory_without_fences : rpmsg::archetypes::region {
    template <rpmsg::site> auto fence() -> void = delete;
};
} // namespace

TEST_CASE("the production region and that of the compiler are regions") {
    STATIC_REQUIRE(rpmsg::region<rpmsg::mapped_region<>>);
    STATIC_REQUIRE(rpmsg::region<rpmsg::testing::array_region<64>>);
}

TEST_CASE("memory that cannot be fenced is no region") { STATIC_REQUIRE_FALSE(rpmsg::region<memory_without_fences>); }
