#include "numbered.hpp"
#include "stage.hpp"
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace linux_peer;

namespace {
/// Whether a process of this machine was started with this text, or this file is there.
auto is_left(std::string const& folder) -> bool {
    auto left = std::filesystem::exists(folder);
    for (auto const& process : std::filesystem::directory_iterator{"/proc"}) {
        auto file = std::ifstream{process.path() / "cmdline"};
        auto const line = std::string{std::istreambuf_iterator<char>{file}, {}};
        left = left or line.find(folder) != std::string::npos;
    }
    return left;
}
auto is_left_for_long(std::string const& folder) -> bool {
    for (auto i = 0; i < 1000 and is_left(folder); ++i) {
        usleep(10'000);
    }
    return is_left(folder);
}

auto deaf() {
    return rpmsg::endpoints{rpmsg::endpoint<"rpmsg-raw">([](auto&, rpmsg::message const&) {})};
}
} // namespace

TEST_CASE("a guest that is ended in the middle leaves no process, no socket and no memory") {
    auto folder = std::string{};
    {
        auto run = staged<flags>(deaf());
        folder = run.linux.folder();
        run.says("guest: Linux");
        CHECK(is_left(folder));
    }
    CHECK_FALSE(is_left(folder));
}

TEST_CASE("a test that is killed takes its guest along") {
    auto notes = std::array<int, 2>{};
    REQUIRE(pipe(notes.data()) == 0);
    auto const test = fork();
    if (test == 0) {
        close(notes[0]);
        auto run = staged<flags>(deaf());
        run.says("guest: Linux");
        (void)!write(notes[1], run.linux.folder().data(), run.linux.folder().size());
        pause();
    }
    close(notes[1]); // so that a test that fails is not waited for
    auto told = pollfd{.fd = notes[0], .events = POLLIN, .revents = 0};
    REQUIRE(poll(&told, 1, 240'000) == 1);
    auto folder = std::string(100, '\0');
    auto const got = read(notes[0], folder.data(), folder.size());
    REQUIRE(got > 0);
    folder.resize(static_cast<std::size_t>(got));
    CHECK(is_left(folder));
    kill(test, SIGKILL);
    waitpid(test, nullptr, 0);
    CHECK_FALSE(is_left_for_long(folder));
    close(notes[0]);
}

// Faults built in on purpose: each of these tests must fail.

TEST_CASE("a guest that hangs fails its test", "[!shouldfail]") {
    auto run = staged<flags>(deaf());
    run.says("guest: Linux");
    run.does("sleep 1000", 3);
}

TEST_CASE("a remote core that does not answer fails its test", "[!shouldfail]") {
    auto run = staged<flags>(deaf());
    run.says("guest: Linux");
    run.does("guest_side ping", 3);
}

TEST_CASE("a remote core that loses one message of many fails its test", "[!shouldfail]") {
    auto sent = std::uint32_t{0};
    auto wanted = std::uint32_t{0};
    auto const asked = [&](auto&, rpmsg::message const& m) { wanted = rpmsg::load<std::uint32_t>(m.payload); };
    auto run = staged<flags>(rpmsg::endpoints{rpmsg::endpoint<"rpmsg-raw">(asked)});
    run.linux.tell("guest_side drink 300 100");
    run.until("a request", [&] { return wanted == 300; });
    while (sent < 200 and run.link.get<"rpmsg-raw">().send(numbered::message{sent + (sent < 100 ? 0 : 1), 100}.bytes())) {
        ++sent;
    }
    run.says("guest: status 0", 3);
}
