#include <rpmsg/platform/interrupt_flag.hpp>

#include <catch2/catch_test_macros.hpp>

#include <thread>

namespace {
consteval auto is_set_until_cleared() -> bool {
    auto flag = rpmsg::interrupt_flag{};
    auto const before = flag.is_set();
    flag.set();
    flag.set();
    auto const between = flag.is_set();
    flag.clear();
    return not before and between and not flag.is_set();
}
} // namespace

TEST_CASE("a flag is set until it is cleared") {
    STATIC_REQUIRE(is_set_until_cleared());
    auto flag = rpmsg::interrupt_flag{};
    flag.set();
    CHECK(flag.is_set());
    flag.clear();
    CHECK_FALSE(flag.is_set());
}

TEST_CASE("who sees the flag sees what was written before it was set", "[threads]") {
    auto flag = rpmsg::interrupt_flag{};
    auto value = 0;
    auto setter = std::thread{[&] {
        value = 42;
        flag.set();
    }};
    while (not flag.is_set()) {
        std::this_thread::yield();
    }
    CHECK(value == 42);
    setter.join();
}
