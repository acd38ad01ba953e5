#include <rpmsg/host/shared_memory.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using rpmsg::host::shared_memory;

namespace {
/// A name of this test's own, removed at its end.
struct named {
    std::string name = "rpmsg-test-" + std::to_string(getpid());
    named() { remove(); }
    ~named() { remove(); }
    auto remove() const -> void { shm_unlink(("/" + name).c_str()); }
    [[nodiscard]] auto exists() const -> bool { return access(("/dev/shm/" + name).c_str(), F_OK) == 0; }
    [[nodiscard]] auto advice() const -> std::string { return "rm /dev/shm/" + name; }
    auto write_at(off_t where, auto const& value) const -> void {
        auto const fd = shm_open(("/" + name).c_str(), O_RDWR | O_CREAT, 0600);
        (void)!pwrite(fd, &value, sizeof(value), where);
        close(fd);
    }
};
auto contains(std::string const& text, std::string const& part) -> bool { return text.find(part) != std::string::npos; }

auto in_child(auto f) -> pid_t {
    auto const pid = fork();
    if (pid == 0) {
        _exit(f());
    }
    return pid;
}
auto exit_of(pid_t pid) -> int {
    auto status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
} // namespace

TEST_CASE("the first one creates a zeroed block, the next one attaches it") {
    auto const test = named{};
    auto first = shared_memory::open(test.name, 1000, 7);
    REQUIRE(first);
    CHECK(first->size() == 1000);
    CHECK(first->name() == test.name);
    CHECK(first->was_unused());
    for (auto const byte : first->block()) {
        REQUIRE(byte == std::byte{0});
    }
    auto second = shared_memory::open(test.name, 1000, 7);
    REQUIRE(second);
    CHECK_FALSE(second->was_unused());
    first->at<std::uint32_t>(8) = 0x1234;
    CHECK(second->at<std::uint32_t>(8) == 0x1234);
    CHECK(first->block().data() != second->block().data());
    CHECK(first->region(500).size() == 500);
    CHECK(reinterpret_cast<std::uintptr_t>(first->block().data()) % 4096 == 0);
}

TEST_CASE("a block outlives its processes and keeps what lies in it") {
    auto const test = named{};
    auto const maker = in_child([&] {
        auto made = shared_memory::open(test.name, 64, 7);
        made->at<std::uint32_t>(0) = 5;
        kill(getpid(), SIGKILL);
        return 0;
    });
    exit_of(maker);
    auto again = shared_memory::open(test.name, 64, 7);
    REQUIRE(again);
    CHECK(again->was_unused());
    CHECK(again->at<std::uint32_t>(0) == 5);
}

TEST_CASE("a block of another size, layout or version is refused in one line that says what to do") {
    auto const test = named{};
    { REQUIRE(shared_memory::open(test.name, 1000, 7)); }
    SECTION("another size") {
        auto const refused = shared_memory::open(test.name, 2000, 7);
        REQUIRE_FALSE(refused);
        CHECK(contains(refused.error(), "holds 1000 bytes, this program needs 2000"));
        CHECK(contains(refused.error(), test.advice()));
    }
    SECTION("another configuration of the link") {
        auto const refused = shared_memory::open(test.name, 1000, 8);
        REQUIRE_FALSE(refused);
        CHECK(contains(refused.error(), "another configuration"));
        CHECK(contains(refused.error(), test.advice()));
    }
    SECTION("another version of the library") {
        test.write_at(8, std::uint32_t{2});
        auto const refused = shared_memory::open(test.name, 1000, 7);
        REQUIRE_FALSE(refused);
        CHECK(contains(refused.error(), "is of version 2, this program needs version 1"));
        CHECK(contains(refused.error(), test.advice()));
    }
    SECTION("cut off") {
        REQUIRE(truncate(("/dev/shm/" + test.name).c_str(), 4100) == 0);
        auto const refused = shared_memory::open(test.name, 1000, 7);
        REQUIRE_FALSE(refused);
        CHECK(contains(refused.error(), test.advice()));
    }
    CHECK(test.exists());
}

TEST_CASE("somebody else's object is refused and left alone") {
    auto const test = named{};
    test.write_at(0, std::array<char, 100>{'x'});
    auto const refused = shared_memory::open(test.name, 1000, 7);
    REQUIRE_FALSE(refused);
    CHECK(contains(refused.error(), "not a block of this library"));
    CHECK(contains(refused.error(), test.advice()));
    struct stat found {};
    REQUIRE(stat(("/dev/shm/" + test.name).c_str(), &found) == 0);
    CHECK(found.st_size == 100);
}

TEST_CASE("a creator that died half-way does no harm") {
    auto const test = named{};
    SECTION("before it gave the object a size") { close(shm_open(("/" + test.name).c_str(), O_RDWR | O_CREAT, 0600)); }
    SECTION("before it wrote the label") { test.write_at(4096 + 1000 - 1, char{}); }
    auto made = shared_memory::open(test.name, 1000, 7);
    REQUIRE(made);
    CHECK(shared_memory::open(test.name, 1000, 7));
}

TEST_CASE("names that are none are refused") {
    for (auto const* name : {"", "a/b", "/a"}) {
        auto const refused = shared_memory::open(name, 64, 7);
        REQUIRE_FALSE(refused);
        CHECK(contains(refused.error(), "is no name"));
    }
    CHECK_FALSE(shared_memory::open(std::string(300, 'a'), 64, 7));
}

TEST_CASE("processes that start at the same moment share one block") {
    auto const test = named{};
    for (auto round = 0; round < 50; ++round) {
        int start[2];
        REQUIRE(pipe(start) == 0);
        auto const attach = [&](unsigned which) {
            return in_child([&, which] {
                auto byte = char{};
                close(start[1]);
                (void)!read(start[0], &byte, 1);
                auto memory = shared_memory::open(test.name, 64, 7);
                if (not memory) {
                    return 1;
                }
                auto& mine = memory->at<std::uint32_t>(4 * which);
                auto& other = memory->at<std::uint32_t>(4 - 4 * which);
                __atomic_store_n(&mine, 1u, __ATOMIC_SEQ_CST);
                for (auto i = 0; i < 10'000; ++i) {
                    if (__atomic_load_n(&other, __ATOMIC_SEQ_CST) == 1) {
                        return 0;
                    }
                    usleep(100);
                }
                return 2;
            });
        };
        auto const first = attach(0);
        auto const second = attach(1);
        close(start[0]);
        close(start[1]);
        REQUIRE(exit_of(first) == 0);
        REQUIRE(exit_of(second) == 0);
        test.remove();
    }
}

TEST_CASE("a process that is killed while it creates or attaches leaves a block that works") {
    auto const test = named{};
    for (auto round = 0; round < 200; ++round) {
        auto const child = in_child([&] {
            auto memory = shared_memory::open(test.name, 64, 7);
            pause();
            return memory ? 0 : 1;
        });
        usleep(static_cast<useconds_t>(round * 10));
        kill(child, SIGKILL);
        exit_of(child);
        REQUIRE(shared_memory::open(test.name, 64, 7));
        test.remove();
    }
}

TEST_CASE("a role belongs to one process until it ends, however it ends") {
    auto const test = named{};
    auto memory = shared_memory::open(test.name, 64, 7);
    REQUIRE(memory);
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    auto const holder = in_child([&] {
        auto own = shared_memory::open(test.name, 64, 7);
        auto const got = own->claim(0);
        (void)!write(ready[1], &got, 1);
        pause();
        return 0;
    });
    auto got = false;
    REQUIRE(read(ready[0], &got, 1) == 1);
    CHECK(got);
    CHECK_FALSE(memory->claim(0));
    CHECK(memory->claim(1));
    kill(holder, SIGKILL);
    exit_of(holder);
    CHECK(memory->claim(0));
    close(ready[0]);
    close(ready[1]);
}

TEST_CASE("the last one to leave takes the name away") {
    auto const test = named{};
    auto first = shared_memory::open(test.name, 64, 7);
    auto second = shared_memory::open(test.name, 64, 7);
    REQUIRE(first);
    REQUIRE(second);
    first->leave();
    CHECK(test.exists());
    second->leave();
    CHECK_FALSE(test.exists());
    second->at<std::uint32_t>(0) = 1;
    CHECK(first->at<std::uint32_t>(0) == 1);
}

TEST_CASE("after a removal the name is free for a new block") {
    auto const test = named{};
    auto old = shared_memory::open(test.name, 64, 7);
    REQUIRE(old);
    old->at<std::uint32_t>(0) = 1;
    old->remove();
    CHECK_FALSE(test.exists());
    auto fresh = shared_memory::open(test.name, 128, 9);
    REQUIRE(fresh);
    CHECK(fresh->at<std::uint32_t>(0) == 0);
    old->leave();
    CHECK(test.exists());
}

TEST_CASE("a process that stands still in the middle of an opening is waited for, not for ever") {
    auto const test = named{};
    auto const fd = shm_open(("/" + test.name).c_str(), O_RDWR | O_CREAT, 0600);
    struct flock held {};
    held.l_type = F_WRLCK;
    held.l_whence = SEEK_SET;
    held.l_len = 1;
    REQUIRE(fcntl(fd, F_OFD_SETLK, &held) == 0);
    auto const refused = shared_memory::open(test.name, 64, 7);
    REQUIRE_FALSE(refused);
    CHECK(contains(refused.error(), "locked by a process that stands still"));
    close(fd);
    CHECK(shared_memory::open(test.name, 64, 7));
}

TEST_CASE("memory of another user, or that others may write to, is refused unless it is asked for") {
    auto const test = named{};
    { REQUIRE(shared_memory::open(test.name, 64, 7)); }
    auto const path = "/dev/shm/" + test.name;
    auto expected = std::string{};
    SECTION("another user's") {
        if (geteuid() != 0) {
            return; // only root can give a file away
        }
        REQUIRE(chown(path.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
        expected = "belongs to user 12345, this process runs as user 0";
    }
    SECTION("writable by the group") {
        REQUIRE(chmod(path.c_str(), 0660) == 0);
        expected = "may be written to by other users; keep them out with: chmod 600 " + path;
    }
    SECTION("writable by all") {
        REQUIRE(chmod(path.c_str(), 0602) == 0);
        expected = "may be written to by other users";
    }
    auto const refused = shared_memory::open(test.name, 64, 7);
    CHECK(contains(refused.error(), expected));
    CHECK(contains(refused.error(), test.name));
    CHECK(shared_memory::open(test.name, 64, 7, rpmsg::host::shared_by::any_user));
    CHECK(test.exists());
}

TEST_CASE("what is no memory is refused and left alone, and does not stop us") {
    auto const test = named{};
    auto const path = "/dev/shm/" + test.name;
    alarm(120); // ends a test that waits
    SECTION("a pipe") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        CHECK(contains(shared_memory::open(test.name, 64, 7).error(), "exists and is no memory"));
    }
    SECTION("a folder") {
        REQUIRE(mkdir(path.c_str(), 0700) == 0);
        CHECK_FALSE(shared_memory::open(test.name, 64, 7));
        CHECK(rmdir(path.c_str()) == 0);
        test.write_at(0, 'x');
    }
    SECTION("a link to another file") {
        REQUIRE(symlink("/dev/null", path.c_str()) == 0);
        CHECK_FALSE(shared_memory::open(test.name, 64, 7));
    }
    alarm(0);
    CHECK(test.exists());
}
