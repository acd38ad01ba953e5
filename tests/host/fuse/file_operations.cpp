// Remote files that are mounted, in the same process: what the kernel answers a program beside what it answers on plain files.
#include <catch2/catch_test_macros.hpp>

#include "mounted_world.hpp"
#include "service/files/conformance_calls.hpp"
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace {
/// Two trees of the same content, of which the second one is below a mount.
struct mounted_trees {
    static constexpr bool is_mounted = true;

    plain_tree plain;
    plain_tree remote;
};
auto new_trees(mounted_directory& it) -> mounted_trees {
    static auto count = 0;
    auto const name = "/" + std::to_string(++count);
    for (auto const& root : {it.plain.path() + name, it.served.path() + name}) {
        check(mkdir(root.c_str(), 0755) == 0);
        fill(root);
    }
    return {plain_tree{it.plain.path() + name}, plain_tree{it.point.path() + name}};
}
} // namespace

TEST_CASE("a mount answers each errno of plain files") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto it = mounted_directory{};
    auto const differences = differences_in<mounted_trees>("files_conformance_mounted.txt", [&] { return new_trees(it); });
    INFO(differences);
    CHECK(differences.empty());
}

TEST_CASE("calls at random do to a mount what they do to plain files") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto it = mounted_directory{};
    for (std::uint32_t seed = 1; seed <= 2; ++seed) {
        auto trees = new_trees(it);
        play_at_random(trees, seed, 500);
    }
    CHECK(it.world.open_count() <= 8); // those of the last trees at most
}

TEST_CASE("a file on a mount holds what was written at random places, for each seed") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto it = mounted_directory{};
    for (std::uint32_t seed = 1; seed <= 2; ++seed) {
        auto random = std::mt19937{seed};
        auto const below = [&](std::size_t limit) { return random() % limit; };
        constexpr auto largest = std::size_t{200'000};
        auto const path = it.point.path() + "/" + std::to_string(seed);
        auto expected = std::string{};
        auto file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        for (auto i = 0; i < 150; ++i) {
            INFO("seed " << seed << ", call " << i);
            REQUIRE(file >= 0);
            auto const at = below(largest);
            auto const size = below(largest - at) / (1 + below(8));
            switch (below(8)) {
            case 0:
            case 1:
            case 2: {
                auto const data = std::string(size, static_cast<char>('a' + i % 26));
                REQUIRE(pwrite(file, data.data(), size, static_cast<off_t>(at)) == static_cast<ssize_t>(size));
                if (size != 0) {
                    expected.resize(std::max(expected.size(), at + size));
                    expected.replace(at, size, data);
                }
                break;
            }
            case 3:
                expected.resize(at);
                REQUIRE(((i % 2) != 0 ? ftruncate(file, static_cast<off_t>(at))
                                      : truncate(path.c_str(), static_cast<off_t>(at))) == 0);
                break;
            case 4:
                REQUIRE(close(file) == 0);
                file = open(path.c_str(), O_RDWR | O_CLOEXEC);
                break;
            default: {
                auto got = std::string(size, ' ');
                auto const count = pread(file, got.data(), size, static_cast<off_t>(at));
                REQUIRE(count >= 0);
                got.resize(static_cast<std::size_t>(count));
                REQUIRE(got == (at < expected.size() ? expected.substr(at, size) : ""));
            }
            }
        }
        struct stat found {};
        CHECK((fstat(file, &found) == 0 and found.st_size == static_cast<off_t>(expected.size())));
        close(file);
        auto served = std::ifstream{it.served.path() + "/" + std::to_string(seed), std::ios::binary};
        CHECK(std::string{std::istreambuf_iterator<char>{served}, {}} == expected);
    }
}

TEST_CASE("what a mount cannot do is refused by name") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto it = mounted_directory{};
    auto const at = [&](std::string_view name) { return it.point.path() + std::string{name}; };
    std::ofstream{at("/f")} << "content";
    CHECK(outcome(symlink("f", at("/s").c_str())) == -EPERM);
    CHECK(outcome(link(at("/f").c_str(), at("/l").c_str())) == -EPERM);
    CHECK(outcome(mkfifo(at("/p").c_str(), 0644)) == -EPERM);
    CHECK(outcome(chown(at("/f").c_str(), 0x10000, 0)) == -EINVAL);
    CHECK(outcome(rename(at("/f").c_str(), at("/g").c_str())) == 0);
    auto const file = open(at("/g").c_str(), O_RDWR | O_CLOEXEC);
    CHECK(outcome(pwrite(file, "x", 1, 0x8000'0000)) == -EFBIG);
    auto one = char{};
    CHECK(outcome(pread(file, &one, 1, 0x8000'0000)) == -EOVERFLOW);
    CHECK(outcome(pread(file, &one, 1, 0)) == 1);
    // What others do at the server is seen at once.
    std::ofstream{it.served.path() + "/g"} << "new";
    struct stat found {};
    CHECK((fstat(file, &found) == 0 and found.st_size == 3));
    auto const times = std::array{timespec{.tv_sec = 1000, .tv_nsec = 0}, timespec{.tv_sec = 2000, .tv_nsec = 0}};
    CHECK((futimens(file, times.data()) == 0 and fstat(file, &found) == 0 and found.st_mtim.tv_sec == 2000));
    CHECK(outcome(unlink(at("/g").c_str())) == 0);
    CHECK((outcome(pread(file, &one, 1, 0)) == 1 and fstat(file, &found) == 0 and found.st_size == 3));
    close(file);
    auto const end = open(at("/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    CHECK(outcome(write(end, "a", 1)) == 1);
    std::ofstream{it.served.path() + "/log", std::ios::app} << "bc";
    CHECK((outcome(write(end, "d", 1)) == 1 and std::filesystem::file_size(it.served.path() + "/log") == 4));
    close(end);
    CHECK(std::filesystem::space(it.point.path()).capacity == std::filesystem::space(it.served.path()).capacity);
}
