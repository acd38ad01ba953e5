#include <rpmsg/host/bells/bell_file.hpp>
#include <rpmsg/host/descriptor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace rpmsg::host;

namespace {
auto pipe_ends() -> std::array<descriptor, 2> {
    auto ends = std::array{-1, -1};
    (void)!pipe2(ends.data(), O_CLOEXEC);
    return {descriptor{ends[0]}, descriptor{ends[1]}};
}
} // namespace

TEST_CASE("a bell is an eventfd or a socket and nothing else") {
    auto const event = descriptor{eventfd(0, EFD_CLOEXEC)};
    auto const socket_file = descriptor{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    auto const pipe_file = pipe_ends();
    CHECK(kind_of_bell(event.number()) == bell_kind::eventfd);
    CHECK(kind_of_bell(socket_file.number()) == bell_kind::socket);
    CHECK(kind_of_bell(pipe_file[1].number()) == bell_kind::none);
    CHECK(kind_of_bell(descriptor{open("/dev/null", O_RDWR)}.number()) == bell_kind::none);
    CHECK(kind_of_bell(descriptor{open("/", O_RDONLY)}.number()) == bell_kind::none);
    CHECK(kind_of_bell(descriptor{epoll_create1(0)}.number()) == bell_kind::none);
    CHECK(kind_of_bell(descriptor{memfd_create("memory", 0)}.number()) == bell_kind::none);
    CHECK(kind_of_bell(-1) == bell_kind::none);
}

TEST_CASE("a bell that blocks is read and rung without waiting, empty and full") {
    alarm(120); // ends a test that waits
    auto const event = descriptor{eventfd(0, EFD_CLOEXEC)};
    auto count = std::uint64_t{};
    CHECK(read_bell(event.number(), count) < 0);
    CHECK(errno == EAGAIN);
    CHECK(ring_bell(event.number()));
    CHECK(ring_eventfd(event.number()));
    CHECK(read_bell(event.number(), count) == sizeof(count));
    CHECK(count == 2);
    auto const most = ~std::uint64_t{0} - 1;
    REQUIRE(write(event.number(), &most, sizeof(most)) == sizeof(most));
    CHECK(ring_bell(event.number()));

    auto const ends = pipe_ends();
    CHECK(read_bell(ends[0].number(), count) < 0);
    auto sockets = std::array{-1, -1};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) == 0);
    auto const ours = descriptor{sockets[0]};
    auto theirs = descriptor{sockets[1]};
    CHECK(read_bell(ours.number(), count) < 0);
    for (auto i = 0; i < 100'000; ++i) {
        REQUIRE(ring_bell(ours.number()));
    }
    theirs.close();
    CHECK_FALSE(ring_bell(ours.number()));
    CHECK_FALSE(ring_eventfd(-1));
    alarm(0);
}
