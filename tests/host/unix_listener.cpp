#include <rpmsg/host/unix_listener.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/vhost/front_end.hpp"
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

using rpmsg::host::unix_listener;

namespace {
auto exists(std::string const& path) -> bool { return access(path.c_str(), F_OK) == 0; }
auto contains(std::string const& text, std::string const& part) -> bool { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("a socket goes with its listener") {
    auto const test = front_end::own_folder{};
    {
        auto listener = unix_listener::open(test.socket());
        REQUIRE(listener);
        CHECK(exists(test.socket()));
        CHECK_FALSE(listener->accept());
        auto const other = front_end::front_end{test.socket()};
        CHECK(listener->accept());
    }
    CHECK_FALSE(exists(test.socket()));
}

TEST_CASE("a socket at which nobody listens any more is replaced") {
    auto const test = front_end::own_folder{};
    auto const pid = fork();
    if (pid == 0) {
        auto listener = unix_listener::open(test.socket());
        _exit(listener ? 0 : 1);
    }
    auto status = 0;
    waitpid(pid, &status, 0);
    REQUIRE(exists(test.socket()));
    CHECK(unix_listener::open(test.socket()));
}

TEST_CASE("what is in use or somebody else's is refused in one line and left alone") {
    auto const test = front_end::own_folder{};
    auto listener = unix_listener::open(test.socket());
    REQUIRE(listener);
    CHECK(contains(unix_listener::open(test.socket()).error(), "'" + test.socket() + "' is in use by another process"));
    CHECK(exists(test.socket()));
    CHECK(contains(unix_listener::open("/dev/null").error(), "is another kind of file"));
    CHECK(contains(unix_listener::open("/no/such/folder/link").error(), "No such file"));
    CHECK(contains(unix_listener::open("").error(), "no usable name"));
    CHECK(contains(unix_listener::open(std::string(200, 'a')).error(), "1 to 107 characters"));
}

TEST_CASE("of processes that take the place of a dead one at the same moment one listens, and keeps the name") {
    auto const test = front_end::own_folder{};
    for (auto round = 0; round < 30; ++round) {
        auto const dead = fork();
        if (dead == 0) {
            auto listener = unix_listener::open(test.socket());
            _exit(listener ? 0 : 1);
        }
        waitpid(dead, nullptr, 0);
        REQUIRE(exists(test.socket()));
        int start[2];
        int done[2];
        REQUIRE(pipe(start) == 0);
        REQUIRE(pipe(done) == 0);
        auto children = std::array<pid_t, 6>{};
        for (auto& child : children) {
            child = fork();
            if (child == 0) {
                auto byte = char{};
                close(start[1]);
                (void)!read(start[0], &byte, 1);
                auto listener = unix_listener::open(test.socket());
                byte = listener ? 'y' : 'n';
                (void)!write(done[1], &byte, 1);
                close(done[1]);
                pause(); // until it is ended
            }
        }
        close(start[0]);
        close(start[1]);
        auto listening = 0;
        for (std::size_t i = 0; i < children.size(); ++i) {
            auto byte = char{};
            REQUIRE(read(done[0], &byte, 1) == 1);
            listening += byte == 'y' ? 1 : 0;
        }
        CHECK(listening == 1);
        for (auto const child : children) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
        close(done[0]);
        close(done[1]);
    }
}

TEST_CASE("a listener whose name was removed leaves that of the next one alone") {
    auto const test = front_end::own_folder{};
    {
        auto first = unix_listener::open(test.socket());
        REQUIRE(first);
        unlink(test.socket().c_str());
        auto second = unix_listener::open(test.socket());
        REQUIRE(second);
        { auto const gone = std::move(*first); }
        CHECK(exists(test.socket()));
        auto const other = front_end::front_end{test.socket()};
        CHECK(second->accept());
    }
    CHECK_FALSE(exists(test.socket()));
}

TEST_CASE("a socket of another kind that is in use is left alone") {
    auto const test = front_end::own_folder{};
    auto const datagrams = rpmsg::host::descriptor{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    auto address = sockaddr_un{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, test.socket().c_str(), test.socket().size());
    REQUIRE(bind(datagrams.number(), reinterpret_cast<sockaddr const*>(&address), sizeof(address)) == 0);
    CHECK(contains(unix_listener::open(test.socket()).error(), "is in use by another process"));
    CHECK(exists(test.socket()));
}

TEST_CASE("a folder that somebody has locked is waited for, not for ever") {
    auto const test = front_end::own_folder{};
    {
        auto const folder = rpmsg::host::descriptor{open(test.path.c_str(), O_RDONLY | O_CLOEXEC)};
        REQUIRE(flock(folder.number(), LOCK_EX) == 0);
        CHECK(contains(unix_listener::open(test.socket()).error(), "a process that stands still has locked it"));
    }
    CHECK(unix_listener::open(test.socket()));
}
