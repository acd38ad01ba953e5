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

consteval auto runs_inside() -> bool {
    auto lock = counting_lock{};
    auto const depth = rpmsg::exclusively(lock, [&] { return lock.depth; });
    auto seen = 0;
    rpmsg::exclusively(lock, [&] { seen = lock.depth; });
    return depth == 1 and seen == 1 and lock.depth == 0 and lock.taken == 2;
}
} // namespace

TEST_CASE("what runs exclusively runs with the lock held once, and its answer comes out") {
    STATIC_REQUIRE(runs_inside());
}

TEST_CASE("a mutex is a lock policy, half a lock is none") {
    STATIC_REQUIRE(rpmsg::lock_policy<std::mutex>);
    STATIC_REQUIRE(rpmsg::lock_policy<rpmsg::no_lock>);
    STATIC_REQUIRE_FALSE(rpmsg::lock_policy<no_lock_at_all>);
}
