#include <rpmsg/host/unix_listener.hpp>

#include <catch2/catch_test_macros.hpp>

#include "front_end.hpp"
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

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
