#include <rpmsg/platform/spin_lock.hpp>

#include <catch2/catch_test_macros.hpp>

#include <thread>

TEST_CASE("two threads under a spin lock lose no count", "[threads]") {
    auto lock = rpmsg::spin_lock{};
    auto count = 0;
    auto const work = [&] {
        for (int i = 0; i < 20'000; ++i) {
            auto const guard = rpmsg::lock_guard{lock};
            ++count;
        }
    };
    auto other = std::thread{work};
    work();
    other.join();
    CHECK(count == 40'000);
}

TEST_CASE("a spin lock is a lock policy where the core can exchange") {
    STATIC_REQUIRE(rpmsg::lock_policy<rpmsg::spin_lock>);
}
