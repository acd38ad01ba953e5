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

} // namespace

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
