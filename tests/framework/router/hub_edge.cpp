#include <rpmsg/framework/router/hub_edge.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include <utility>

TEST_CASE("an edge of a hub has a name, limits and a link") {
    using namespace rpmsg;
    static constinit auto memory = testing::loopback_memory<>{};
    constexpr auto limits = hub_limits{.names = 3, .policy = when_full::wait};
    using aware = decltype(nuttx_edge<"a", limits>(testing::loopback<>{memory, 0}));
    using plain = decltype(plain_edge<"linux">(testing::loopback<false>{memory, 0}));
    STATIC_REQUIRE(aware::name() == "a");
    STATIC_REQUIRE(aware::limits.names == 3);
    STATIC_REQUIRE(aware::limits.policy == when_full::wait);
    STATIC_REQUIRE_FALSE(aware::is_plain);
    STATIC_REQUIRE(plain::is_plain);
    STATIC_REQUIRE(plain::limits.policy == when_full::drop);
    auto made = nuttx_edge<"a">(testing::loopback<>{memory, 0});
    CHECK(made.link.start());
}
