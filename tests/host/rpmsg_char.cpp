#include <rpmsg/host/rpmsg_char.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <type_traits>

using rpmsg::error;
using rpmsg::host::rpmsg_char;
using rpmsg::host::rpmsg_paths;
using rpmsg::host::steady_clock;

namespace {
/// A machine with one endpoint, which is a FIFO: what is sent comes back. tests/linux has the real ones.
struct machine {
    std::string folder = "/tmp/rpmsg-test-XXXXXX";
    machine() {
        (void)!mkdtemp(folder.data());
        std::filesystem::create_directories(folder + "/rpmsg3");
        std::ofstream{folder + "/rpmsg3/name"} << "rpmsg-echo\n";
        std::filesystem::create_directories(folder + "/dev");
        mkfifo((folder + "/dev/rpmsg3").c_str(), 0600);
    }
    ~machine() { std::filesystem::remove_all(folder); }
    machine(machine const&) = delete;
    auto operator=(machine const&) -> machine& = delete;
    [[nodiscard]] auto paths() const -> rpmsg_paths { return {folder, folder + "/dev"}; }
};
} // namespace

TEST_CASE("an endpoint is found, sends, receives, and keeps its deadlines") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<rpmsg_char>);
    auto const linux_side = machine{};
    auto endpoint = rpmsg_char::open("rpmsg-echo", steady_clock::now(), linux_side.paths());
    REQUIRE(endpoint);
    auto room = std::array<std::byte, 496>{};
    auto const before = steady_clock::now();
    CHECK(endpoint->receive(room, before + 30).error() == error::timed_out);
    CHECK(steady_clock::now() - before >= 29);
    auto const text = std::array{std::byte{1}, std::byte{2}};
    CHECK(endpoint->send(text, before));
    CHECK(*endpoint->receive(room, before) == 2);
    CHECK(room[1] == std::byte{2});
}

TEST_CASE("a message that is longer than its room is not passed off as a shorter one") {
    auto const linux_side = machine{};
    auto endpoint = rpmsg_char::open("rpmsg-echo", steady_clock::now(), linux_side.paths());
    REQUIRE(endpoint);
    auto const text = std::array{std::byte{1}, std::byte{2}, std::byte{3}};
    auto room = std::array<std::byte, 2>{};
    REQUIRE(endpoint->send(text, steady_clock::now()));
    CHECK(endpoint->receive(room, steady_clock::now()).error() == error::too_large);
}

TEST_CASE("a send that finds no room ends at its deadline") {
    auto const linux_side = machine{};
    auto endpoint = rpmsg_char::open("rpmsg-echo", steady_clock::now(), linux_side.paths());
    REQUIRE(endpoint);
    auto const text = std::array<std::byte, 496>{};
    auto sent = 0;
    while (sent < 10'000 and endpoint->send(text, steady_clock::now())) {
        ++sent;
    }
    CHECK(sent > 100);
    CHECK(endpoint->send(text, steady_clock::now() + 20).error() == error::timed_out);
}

TEST_CASE("an endpoint that is not there is waited for until the deadline, and named") {
    auto const linux_side = machine{};
    auto const before = steady_clock::now();
    auto const refused = rpmsg_char::open("console", before + 30, linux_side.paths());
    CHECK(refused.error() == "no endpoint 'console' to open: there is none");
    CHECK(steady_clock::now() - before >= 29);
    std::filesystem::remove(linux_side.folder + "/dev/rpmsg3");
    CHECK(rpmsg_char::open("rpmsg-echo", before, linux_side.paths()).error().find("No such file") != std::string::npos);
}
