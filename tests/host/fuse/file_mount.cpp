// Remote files that are mounted, in the same process: what the kernel answers a program beside what it answers on plain files.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "mounted_world.hpp"
#include "service/files/conformance_calls.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {
using namespace rpmsg;

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
/// The result of a call, or its negated errno number.
auto outcome(auto result) -> int { return result >= 0 ? static_cast<int>(result) : -errno; }

// libfuse leaks what it has of a directory that is open at the end of the mount.
#if defined(__SANITIZE_ADDRESS__)
constexpr auto finds_leaks = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr auto finds_leaks = true;
#else
constexpr auto finds_leaks = false;
#endif
#else
constexpr auto finds_leaks = false;
#endif

/// This machine can mount, or the test is not for it: there it runs in a guest (tests/linux).
auto can_mount() -> bool { return access("/dev/fuse", R_OK | W_OK) == 0 and geteuid() == 0; }
} // namespace

#define NEEDS_A_KERNEL_THAT_MOUNTS()                                                                                           \
    if (not can_mount()) {                                                                                                     \
        SKIP("this user cannot mount: the same test runs in the guest of tests/linux");                                        \
    }

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
    CHECK(std::filesystem::space(it.point.path()).capacity == std::filesystem::space(it.served.path()).capacity);
}

TEST_CASE("several requests of the kernel are under way at a time") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto it = mounted_directory{};
    auto files = std::vector<int>{};
    for (auto i = 0; i < 3; ++i) {
        files.push_back(open((it.point.path() + "/" + std::to_string(i)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    }
    it.world.serve(false);
    auto threads = std::vector<std::thread>{};
    auto right = std::atomic<int>{};
    for (auto const file : files) {
        threads.emplace_back([&, file] { right += pwrite(file, "content", 7, 0) == 7 ? 1 : 0; });
    }
    auto most = std::uint32_t{};
    for (auto i = 0; i < 5000 and most < 3; ++i) {
        most = std::max(most, it.world.client.under_way());
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    it.world.serve(true);
    for (auto& each : threads) {
        each.join();
    }
    CHECK(right == 3);
    CHECK(most == 3);
    std::for_each(files.begin(), files.end(), close);
}

TEST_CASE("a link that is lost under a mount ends its calls with an error, and comes back") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto const reopens = GENERATE(false, true);
    auto it = mounted_directory{{.reopens = reopens}, 500};
    auto const path = it.point.path() + "/f";
    std::ofstream{it.served.path() + "/f"} << "0123456789";
    auto const file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    auto got = std::string(4, ' ');
    REQUIRE(pread(file, got.data(), 4, 2) == 4);
    it.world.serve(false);
    CHECK(outcome(access(path.c_str(), F_OK)) == -ETIMEDOUT); // the peer is there, and silent
    it.world.serve(true);
    it.world.leave();
    auto const lost = outcome(pread(file, got.data(), 4, 2));
    CHECK((lost == -EIO or lost == -ENOTCONN));
    CHECK(outcome(access(path.c_str(), F_OK)) == -ENOTCONN);
    it.world.come_back();
    CHECK(outcome(access(path.c_str(), F_OK)) == 0);
    CHECK(outcome(pread(file, got.data(), 4, 4)) == (reopens ? 4 : -EIO));
    CHECK(got == (reopens ? "4567" : "2345"));
    CHECK(outcome(pwrite(file, "x", 1, 5)) == (reopens ? 1 : -EIO));
    close(file);
    auto const again = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(outcome(pread(again, got.data(), 4, 4)) == 4);
    CHECK(got == (reopens ? "4x67" : "4567"));
    close(again);
}

TEST_CASE("a mount that ends leaves nothing, whoever ends it") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    auto const count = [](char const* folder) {
        return std::distance(std::filesystem::directory_iterator{folder}, std::filesystem::directory_iterator{});
    };
    auto const is_mounted = [](std::string const& point) {
        auto file = std::ifstream{"/proc/self/mounts"};
        auto const all = std::string{std::istreambuf_iterator<char>{file}, {}};
        return all.find(point) != std::string::npos;
    };
    auto const before = count("/proc/self/fd");
    auto const by_umount = GENERATE(false, true);
    {
        auto it = mounted_directory{};
        REQUIRE(is_mounted(it.point.path()));
        // What is in use is not waited for.
        auto const directory = finds_leaks and not by_umount ? -1 : open(it.point.path().c_str(), O_RDONLY | O_CLOEXEC);
        auto const file = open((it.point.path() + "/f").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        CHECK(it.world.open_count() == (directory >= 0 ? 2u : 1u));
        if (by_umount) {
            CHECK(umount2(it.point.path().c_str(), MNT_DETACH) == 0);
            close(directory);
            close(file);
            it.server.join(); // the last user is gone
            it.server = std::thread{[] {}};
        }
        it.end();
        CHECK_FALSE(is_mounted(it.point.path()));
        CHECK(it.world.open_count() == 0);
        if (not by_umount) {
            CHECK(outcome(write(file, "x", 1)) == -ENOTCONN);
            close(directory);
            close(file);
        }
    }
    CHECK(count("/proc/self/fd") == before);
    CHECK(count("/proc/self/task") == 1);
}

TEST_CASE("a place, a peer or an option that is wrong is named") {
    NEEDS_A_KERNEL_THAT_MOUNTS();
    using host::mount_options;
    auto const folder = temporary_directory{};
    auto world = served_directory{folder.path()};
    auto const why = [&](mount_options const& options, ticks timeout = 60'000) {
        return mounted_directory::mount_type::at(options, world.files(timeout)).error();
    };
    std::ofstream{folder.path() + "/f"} << "x";
    CHECK(why({.point = "/nowhere"}) == "'/nowhere' cannot be mounted on: No such file or directory");
    CHECK(why({.point = folder.path() + "/f"}) == "'" + folder.path() + "/f' cannot be mounted on: Not a directory");
    CHECK(why({.point = folder.path(), .root = "/n"}) == "'/n' of the other side cannot be mounted: no such file or directory");
    CHECK(why({.point = folder.path(), .root = "/f"}) == "'/f' of the other side cannot be mounted: not a directory");
    world.serve(false);
    CHECK(why({.point = folder.path()}, 20) ==
          "'/' of the other side cannot be mounted: timed out: no answer before the deadline");
}
