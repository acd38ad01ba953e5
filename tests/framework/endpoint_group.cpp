#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/framework/named.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string_view>

namespace {

struct least_group {
    static constexpr std::uint32_t capacity = 1;
    [[nodiscard]] auto accepts(std::string_view name) const -> std::uint32_t { return rpmsg::match_prefix(name, "x"); }
    auto on_message(auto&, std::uint32_t, rpmsg::message const&) -> void {}
    auto on_event(auto&, std::uint32_t, rpmsg::event const&) -> void {}
};

TEST_CASE("A class with a capacity, names and two handlers is a group; an endpoint is none") {
    STATIC_REQUIRE(rpmsg::endpoint_group<least_group>);
    STATIC_REQUIRE(rpmsg::endpoint_group<rpmsg::named<2>>);
    constexpr auto ignore = [](auto&, rpmsg::message const&) {};
    STATIC_REQUIRE(not rpmsg::endpoint_group<decltype(rpmsg::endpoint<"x">(ignore))>);
}

TEST_CASE("A prefix is matched by its length and one, so that the empty one matches last and nothing is 0") {
    STATIC_REQUIRE(rpmsg::match_prefix("fs-a", "fs-") == 4);
    STATIC_REQUIRE(rpmsg::match_prefix("fs-", "fs-") == 4);
    STATIC_REQUIRE(rpmsg::match_prefix("fs", "fs-") == 0);
    STATIC_REQUIRE(rpmsg::match_prefix("anything", "") == 1);
}

} // namespace
