#include <rpmsg/platform/lock_ref.hpp>

#include <catch2/catch_test_macros.hpp>

#include <mutex>

TEST_CASE("two references to one mutex exclude each other") {
    auto mutex = std::mutex{};
    auto first = rpmsg::lock_ref{mutex};
    auto second = first;
    first.lock();
    CHECK_FALSE(mutex.try_lock());
    second.unlock();
    CHECK(mutex.try_lock());
    mutex.unlock();
}
