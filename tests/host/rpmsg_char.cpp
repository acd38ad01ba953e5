#include <rpmsg/host/rpmsg_char.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <type_traits>
#include <vector>

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
        std::filesystem::create_directories(folder + "/dev");
        add(3, "rpmsg-echo", -1, 1024);
    }
    ~machine() { std::filesystem::remove_all(folder); }
    machine(machine const&) = delete;
    auto operator=(machine const&) -> machine& = delete;
    auto add(int number, std::string const& name, long long source, long long destination) const -> void {
        auto const device = "/rpmsg" + std::to_string(number);
        std::filesystem::create_directories(folder + device);
        std::ofstream{folder + device + "/src"} << source << "\n";
        std::ofstream{folder + device + "/dst"} << destination << "\n";
        std::ofstream{folder + device + "/name"} << name << "\n";
        mkfifo((folder + "/dev" + device).c_str(), 0600);
    }
    [[nodiscard]] auto paths() const -> rpmsg_paths { return {folder, folder + "/dev"}; }
};

/// Makes endpoints, while others do the same.
struct busy_control {
    machine const* linux_side;
    std::vector<std::array<int, 3>> others{}; ///< number, source, destination
    bool replaces{};                          ///< the number is that of one that has just ended
    int number{};                             ///< of the new one

    [[nodiscard]] auto create_endpoint(std::string_view name, rpmsg::address local, rpmsg::address peer) const
        -> rpmsg::host::failure {
        for (auto const& [other, source, destination] : others) {
            linux_side->add(other, std::string{name}, source, destination);
        }
        if (replaces) {
            std::filesystem::rename(linux_side->folder + "/rpmsg7", linux_side->folder + "/ended");
            std::filesystem::remove(linux_side->folder + "/dev/rpmsg7");
        }
        linux_side->add(number, std::string{name}, static_cast<int>(local), static_cast<int>(peer));
        return {};
    }
};
/// Whether an endpoint is this device.
auto is_device(rpmsg_char const& endpoint, machine const& linux_side, int number) -> bool {
    struct stat one {};
    struct stat other {};
    return fstat(endpoint.number(), &one) == 0 and
           stat((linux_side.folder + "/dev/rpmsg" + std::to_string(number)).c_str(), &other) == 0 and
           one.st_ino == other.st_ino;
}
} // namespace

TEST_CASE("processes that make endpoints of one name at the same moment do not take each other's") {
    auto const linux_side = machine{};
    auto const local = rpmsg::address{0x55};
    auto const peer = rpmsg::address{0x400};
    auto control = busy_control{.linux_side = &linux_side, .number = 7};
    SECTION("which send to others") { control.others = {{4, 0x55, 0x401}, {9, 0x55, 0x3ff}}; }
    SECTION("which are at other addresses") { control.others = {{4, 0x56, 0x400}, {5, -1, 0x400}}; }
    SECTION("which send the other way") { control.others = {{4, 0x400, 0x55}}; }
    SECTION("beside one that was there") { linux_side.add(1, "probe", 0x55, 0x400); }
    SECTION("and end theirs, whose number is used again") {
        linux_side.add(7, "probe", 0x55, 0x400);
        control.replaces = true;
    }
    auto made = rpmsg_char::create(control, "probe", local, peer, steady_clock::now() + 50, linux_side.paths());
    REQUIRE(made);
    CHECK(is_device(*made, linux_side, 7));
}

TEST_CASE("an endpoint whose address the driver chooses is found, an address beyond the signed ones too") {
    auto const linux_side = machine{};
    auto control = busy_control{.linux_side = &linux_side, .others = {{4, 0x56, -16}}, .number = 7};
    auto made = rpmsg_char::create(control, "probe", rpmsg::any_address, rpmsg::address{0xffff'fff0}, steady_clock::now() + 50,
                                   linux_side.paths());
    REQUIRE(made);
    CHECK(is_device(*made, linux_side, 7));
}

TEST_CASE("of several endpoints of one name the first is opened") {
    auto const linux_side = machine{};
    for (auto const number : {12, 2, 30, 1, 11}) {
        linux_side.add(number, "rpmsg-echo", -1, 1024 + number);
    }
    auto endpoint = rpmsg_char::open("rpmsg-echo", steady_clock::now(), linux_side.paths());
    REQUIRE(endpoint);
    CHECK(is_device(*endpoint, linux_side, 1));
}

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
