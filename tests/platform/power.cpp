#include <rpmsg/platform/power.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {

struct sleeper {
    static constexpr bool wakes_peer = true;
    constexpr auto stay_awake() -> void {}
    constexpr auto relax() -> void {}
};
struct never_relaxes {
    static constexpr bool wakes_peer = true;
    constexpr auto stay_awake() -> void {}
};

} // namespace

TEST_CASE("A power policy says whether the peer sleeps and hears of both ends of a burst") {
    STATIC_REQUIRE(rpmsg::power_policy<sleeper>);
    STATIC_REQUIRE(not rpmsg::power_policy<never_relaxes>);
    STATIC_REQUIRE(not rpmsg::always_on::wakes_peer);
}
