#include <rpmsg/framework/router/route_table.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "framework/router/three_edges.hpp"

using namespace three;

TEST_CASE("two edges are joined when both have acknowledged, and each is told its own name and the sizes of its path") {
    STATIC_REQUIRE([] {
        auto it = joined();
        auto out = rpmsg::detail::hub_message{};
        check(it.next(1, out, path) and out.destination == address{600} and out.size == 20);
        check(load<wire::router_message>(out.content) == wire::router_create("b", 100, 200));
        return not it.next(1, out, path) and not it.has_pending(1);
    }());
}
