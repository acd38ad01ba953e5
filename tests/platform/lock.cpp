#include <rpmsg/platform/lock.hpp>
#include <rpmsg/platform/lock_ref.hpp>

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
/// What it found cannot be copied.
struct restoring_lock {
    struct found {
        int depth;
        explicit constexpr found(int before) : depth{before} {}
        constexpr found(found&& other) : depth{other.depth} {}
    };
    int depth = 0;
    constexpr auto lock() -> found { return found{depth++}; }
    constexpr auto unlock(found before) -> void { depth = before.depth; }
};
consteval auto is_restored() -> bool {
    auto lock = restoring_lock{};
    auto by_reference = rpmsg::lock_ref{lock};
    auto seen = 0;
    {
        auto const outer = rpmsg::lock_guard{lock};
        auto const inner = rpmsg::lock_guard{by_reference};
        seen = lock.depth;
    }
    return seen == 2 and lock.depth == 0;
}
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

TEST_CASE("a lock is held once as long as its guard lives") { STATIC_REQUIRE(is_held_inside()); }

TEST_CASE("what a lock found is kept by its guard and restored, also one inside of the other and by reference") {
    STATIC_REQUIRE(rpmsg::restoring_lock<restoring_lock>);
    STATIC_REQUIRE(is_restored());
}

TEST_CASE("a mutex is a lock policy, half a lock is none") {
    STATIC_REQUIRE(rpmsg::lock_policy<std::mutex>);
    STATIC_REQUIRE(rpmsg::lock_policy<rpmsg::no_lock>);
    STATIC_REQUIRE_FALSE(rpmsg::lock_policy<no_lock_at_all>);
}
