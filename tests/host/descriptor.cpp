#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/lingering_socket.hpp"
#include <cerrno>
#include <fcntl.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

using rpmsg::host::descriptor;

namespace {
auto is_open(int number) -> bool { return fcntl(number, F_GETFD) >= 0; }
} // namespace

TEST_CASE("a descriptor closes with its owner") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<descriptor>);
    CHECK_FALSE(descriptor{});
    auto const number = dup(0);
    {
        auto const owner = descriptor{number};
        CHECK(owner);
        CHECK(owner.number() == number);
        CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
}

TEST_CASE("a descriptor that is moved is closed once, one that is replaced at once") {
    auto first = descriptor{dup(0)};
    auto const kept = first.number();
    auto second = descriptor{dup(0)};
    auto const replaced = second.number();
    second = std::move(first);
    CHECK(second.number() == kept);
    CHECK(is_open(kept));
    CHECK_FALSE(is_open(replaced));
    second.close();
    CHECK_FALSE(second);
    CHECK_FALSE(is_open(kept));
}

TEST_CASE("a socket that waits for what it has not sent is closed at once") {
    auto socket = lingering_socket{};
    REQUIRE(socket.is_full());
    auto last = descriptor{socket.hand_over()};
    auto const before = rpmsg::host::steady_clock::now();
    last.close();
    CHECK(rpmsg::host::steady_clock::now() - before < 30'000);
}

TEST_CASE("what went wrong is still known after a descriptor is closed") {
    auto file = descriptor{dup(0)};
    errno = EDOM;
    file.close();
    CHECK(errno == EDOM);
}
