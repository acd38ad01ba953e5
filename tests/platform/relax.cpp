#include <rpmsg/platform/relax.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a hint to the core returns") {
    rpmsg::relax();
    rpmsg::give_way();
    SUCCEED();
}
