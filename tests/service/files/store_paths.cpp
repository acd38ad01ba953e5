#include <rpmsg/service/files/store_paths.hpp>

#include <catch2/catch_test_macros.hpp>

using rpmsg::detail::is_below;
using rpmsg::detail::name_in;

TEST_CASE("What lies in a directory is told from what only begins like it") {
    STATIC_REQUIRE(is_below("a", "a/b"));
    STATIC_REQUIRE(is_below("a", "a/b/c"));
    STATIC_REQUIRE(is_below("", "a"));
    STATIC_REQUIRE_FALSE(is_below("a", "a"));
    STATIC_REQUIRE_FALSE(is_below("a", "ab"));
    STATIC_REQUIRE_FALSE(is_below("a/b", "a"));
    STATIC_REQUIRE(name_in("a", "a/b") == "b");
    STATIC_REQUIRE(name_in("", "a") == "a");
    STATIC_REQUIRE(name_in("a", "a/b/c").empty());
    STATIC_REQUIRE(name_in("", "a/b").empty());
    STATIC_REQUIRE(name_in("a", "ab").empty());
}
