#include <rpmsg/host/serial/serial_port.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <fcntl.h>
#include <sys/socket.h>

namespace {

struct port : rpmsg::host::serial_port {
    explicit port(int fd) : serial_port{fd} {}
};

} // namespace

TEST_CASE("A port passes bytes, never waits for them, and sleeps no longer than it is told") {
    int ends[2]{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    auto a = port{ends[0]};
    auto b = port{ends[1]};
    auto got = std::array<std::byte, 8>{};
    CHECK(b.read(got) == 0);
    auto const before = rpmsg::host::steady_clock::now();
    b.wait_until(before + 20);
    CHECK(rpmsg::host::steady_clock::now() - before >= 19);
    CHECK(a.write("hello"_payload) == 5);
    b.wait_until(rpmsg::host::steady_clock::now() + 60'000);
    CHECK(b.read(got) == 5);
    CHECK(same(rpmsg::const_bytes{got}.first(5), "hello"_payload));
    auto moved = port{std::move(a)};
    CHECK(a.descriptor() == -1);
    CHECK(moved.write("x"_payload) == 1);
}
