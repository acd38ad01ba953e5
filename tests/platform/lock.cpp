#include <rpmsg/platform/lock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <mutex>

namespace {
struct counting_lock {
    int depth = 0;
    int taken = 0;
    constexpr auto lock() -> void {
        ++depth;
        ++taken;
    }
    constexpr auto unlock() -> void { --depth; }
};
struct no_lock_at_all {
    auto lock() -> void {}
};

consteval auto is_held_inside() -> bool {
    auto lock = counting_lock{};
    auto seen = 0;
    {
        auto const guard = rpmsg::lock_guard{lock};
        seen = lock.depth;
    }
    return seen == 1 and lock.depth == 0 and lock.taken == 1;
}
} // namespace

TEST_CASE("a lock is held once as long as its guard lives") {
    STATIC_REQUIRE(is_held_inside());
}

TEST_CASE("a mutex is a lock policy, half a lock is none") {
    STATIC_REQUIRE(rpmsg::lock_policy<std::mutex>);
    STATIC_REQUIRE(rpmsg::lock_policy<rpmsg::no_lock>);
    STATIC_REQUIRE_FALSE(rpmsg::lock_policy<no_lock_at_all>);
}
