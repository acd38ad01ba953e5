#include <rpmsg/host/capture/capture_file.hpp>

#include <catch2/catch_test_macros.hpp>

#include "capture/folder.hpp"
#include "capture/reader.hpp"
#include "check.hpp"
#include <array>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using rpmsg::host::capture_file;
using rpmsg::host::descriptor;

namespace {
/// A pipe with a non-blocking reader.
struct pipe_ends {
    descriptor reader{};
    descriptor writer{};

    pipe_ends() {
        auto ends = std::array<int, 2>{};
        REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
        reader = descriptor{ends[0]};
        writer = descriptor{ends[1]};
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    auto read_all() -> capture::content {
        auto all = capture::content{};
        auto part = std::array<std::byte, 4096>{};
        for (auto got = ::read(reader.number(), part.data(), part.size()); got > 0;
             got = ::read(reader.number(), part.data(), part.size())) {
            all.insert(all.end(), part.begin(), part.begin() + got);
        }
        return all;
    }
};
/// The limit of this process for the size of a file, until the end of the scope.
struct size_limit {
    rlimit before{};
    explicit size_limit(rlim_t size) {
        getrlimit(RLIMIT_FSIZE, &before);
        auto const limit = rlimit{.rlim_cur = size, .rlim_max = before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~size_limit() { setrlimit(RLIMIT_FSIZE, &before); }
};
auto of_size(std::size_t size, int fill = 1) -> capture::content {
    return capture::content(size, static_cast<std::byte>(fill));
}
auto has(std::string const& text, std::string_view part) -> bool { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("a file holds the records in order, and an earlier content is gone") {
    auto const folder = capture::folder{};
    auto const path = folder.path("x");
    {
        auto file = capture_file::create(path);
        REQUIRE(file);
        CHECK(file->append("older and longer"_payload));
    }
    auto file = capture_file::create(path);
    REQUIRE(file);
    CHECK(file->append("abc"_payload));
    CHECK(file->append("de"_payload));
    CHECK(same(capture::bytes_of(path), "abcde"_payload)); // each record is in the file at once
    file->finish();
    CHECK_FALSE(file->append("f"_payload));
    CHECK(file->error().empty());
    CHECK(same(capture::bytes_of(path), "abcde"_payload));
}

TEST_CASE("a descriptor that is open for appending keeps what is there") {
    auto const folder = capture::folder{};
    auto const path = folder.path("x");
    { CHECK(capture_file::create(path)->append("abc"_payload)); }
    auto file = capture_file::on(descriptor{open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)}, "x");
    REQUIRE(file);
    CHECK(file->append("de"_payload));
    auto const limit = size_limit{7};
    CHECK_FALSE(file->append("1234"_payload));
    CHECK(same(capture::bytes_of(path), "abcde"_payload));
}

TEST_CASE("what cannot hold a capture is refused in words") {
    auto const folder = capture::folder{};
    CHECK(has(capture_file::create(folder.path("missing/x")).error(), "No such file or directory"));
    CHECK(has(capture_file::create(folder.path("")).error(), "Is a directory"));
    CHECK(has(capture_file::on(descriptor{}, "none").error(), "none: Bad file descriptor"));
    auto const path = folder.path("x");
    { CHECK(capture_file::create(path)); }
    CHECK(has(capture_file::on(descriptor{open(path.c_str(), O_RDONLY)}, "x").error(), "for reading only"));
    auto const fifo = folder.path("fifo");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(has(capture_file::create(fifo).error(), "start the reader first"));
    CHECK(has(capture_file::on(descriptor{posix_openpt(O_RDWR | O_NOCTTY)}, "it").error(), "it is a terminal"));
}

TEST_CASE("a full disk leaves the whole records in the file, and the capture goes on when there is room again") {
    auto const folder = capture::folder{};
    auto const path = folder.path("x");
    auto file = capture_file::create(path);
    REQUIRE(file);
    CHECK(file->append(of_size(100, 1)));
    {
        auto const limit = size_limit{150};
        CHECK_FALSE(file->append(of_size(100, 2)));
        CHECK(same(capture::bytes_of(path), of_size(100, 1)));
        CHECK(file->append(of_size(50, 3)));
        CHECK_FALSE(file->append(of_size(1, 4)));
    }
    CHECK(file->append(of_size(100, 5)));
    file->finish();
    CHECK(has(file->error(), "incomplete: File too large"));
    auto expected = of_size(100, 1);
    for (auto const& each : {of_size(50, 3), of_size(100, 5)}) {
        expected.insert(expected.end(), each.begin(), each.end());
    }
    CHECK(same(capture::bytes_of(path), expected));
}

TEST_CASE("a device that takes nothing is an error in words") {
    auto file = capture_file::create("/dev/full");
    REQUIRE(file);
    CHECK_FALSE(file->append("abc"_payload));
    CHECK(has(file->error(), "No space left"));
}

TEST_CASE("a pipe has each record at once") {
    auto ends = pipe_ends{};
    auto file = capture_file::on(std::move(ends.writer), "pipe");
    REQUIRE(file);
    CHECK(file->append("abc"_payload));
    CHECK(same(ends.read_all(), "abc"_payload));
    CHECK(file->append("d"_payload));
    CHECK(same(ends.read_all(), "d"_payload));
}

TEST_CASE("a reader that does not read makes no write wait, and gets whole records when it reads again") {
    auto ends = pipe_ends{};
    auto file = capture_file::on(std::move(ends.writer), "pipe");
    REQUIRE(file);
    constexpr std::size_t size = 1000;
    auto taken = 0;
    while (taken < 10'000 and file->append(of_size(size, taken % 200))) {
        ++taken;
    }
    CHECK(taken > 1000);   // what the pipe and the backlog store
    CHECK(taken < 10'000); // bounded
    CHECK(has(file->error(), "too slow"));
    auto all = ends.read_all();
    auto next = taken;
    for (auto more = 0; more < 40; ++more) {
        next += file->append(of_size(size, next % 200)) ? 1 : 0;
        auto const part = ends.read_all();
        all.insert(all.end(), part.begin(), part.end());
    }
    CHECK(next == taken + 40);
    REQUIRE(all.size() == static_cast<std::size_t>(next) * size);
    auto is_in_order = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
        is_in_order = is_in_order and all[i] == static_cast<std::byte>(i / size % 200);
    }
    CHECK(is_in_order);
}

TEST_CASE("a reader that has ended ends the capture and not the program") {
    auto ends = pipe_ends{};
    auto file = capture_file::on(std::move(ends.writer), "pipe");
    REQUIRE(file);
    ends.reader.close();
    CHECK_FALSE(file->append("abc"_payload));
    CHECK(file->error() == "the capture is incomplete: its reader has ended");
    CHECK_FALSE(file->append("abc"_payload));
    auto pending = sigset_t{};
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
    auto mask = sigset_t{};
    pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    CHECK(sigismember(&mask, SIGPIPE) == 0);
}

TEST_CASE("the end of a capture waits for a reader no longer than a second, and says what it did not take") {
    auto ends = pipe_ends{};
    auto file = capture_file::on(std::move(ends.writer), "pipe");
    REQUIRE(file);
    auto const whole = of_size(200'000);
    CHECK(file->append(whole));
    auto const before = rpmsg::host::steady_clock::now();
    file->finish();
    CHECK(rpmsg::host::steady_clock::now() - before < 5000);
    CHECK(has(file->error(), "its reader did not take the last"));
}

TEST_CASE("a pipe that others use blocks as before when the capture has ended") {
    auto ends = pipe_ends{};
    auto const other = descriptor{dup(ends.writer.number())};
    {
        auto file = capture_file::on(std::move(ends.writer), "pipe");
        CHECK((fcntl(other.number(), F_GETFL) & O_NONBLOCK) != 0);
    }
    CHECK((fcntl(other.number(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("a socket is written to like a pipe") {
    auto ends = std::array<int, 2>{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    auto near = descriptor{ends[0]};
    auto far = descriptor{ends[1]};
    auto file = capture_file::on(std::move(near), "socket");
    REQUIRE(file);
    CHECK(file->append("abc"_payload));
    far.close();
    CHECK_FALSE(file->append("abc"_payload));
}
