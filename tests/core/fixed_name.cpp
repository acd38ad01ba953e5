#include <rpmsg/core/fixed_name.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
template <rpmsg::fixed_name Name> constexpr auto text = Name.view();
}

TEST_CASE("a name is a template argument") {
    STATIC_REQUIRE(text<"rpmsg-echo"> == "rpmsg-echo");
    STATIC_REQUIRE(text<"x">.size() == 1);
}

TEST_CASE("the longest name has 31 characters") { STATIC_REQUIRE(text<"0123456789012345678901234567890">.size() == 31); }
