#include <rpmsg/host/thread_context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <thread>

using rpmsg::host::thread_context;

TEST_CASE("threads have different contexts, and one of them always the same", "[threads]") {
    auto other = std::uintptr_t{};
    auto const own = thread_context();
    auto thread = std::thread{[&] { other = thread_context(); }};
    thread.join();
    CHECK(own != 0);
    CHECK(other != 0);
    CHECK(own != other);
    CHECK(own == thread_context());
}
