#include <rpmsg/host/bells/futex_bell.hpp>

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using rpmsg::host::futex_bell;
using rpmsg::host::steady_clock;

TEST_CASE("a bell that nobody listens to counts") {
    auto bell = futex_bell{};
    auto const before = bell.rings();
    CHECK(bell.ring());
    CHECK(bell.ring());
    CHECK(bell.rings() == before + 2);
}

TEST_CASE("a bell in shared memory wakes another process") {
    auto* const memory = mmap(nullptr, sizeof(futex_bell), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto& bell = *static_cast<futex_bell*>(memory);
    auto const pid = fork();
    if (pid == 0) {
        auto const deadline = steady_clock::now() + 60'000;
        while (bell.rings() == 0 and bell.wait(0, deadline)) {}
        _exit(bell.rings() == 1 ? 0 : 1);
    }
    usleep(30'000);
    CHECK(bell.ring());
    auto status = 0;
    waitpid(pid, &status, 0);
    CHECK(status == 0);
    munmap(memory, sizeof(futex_bell));
}

TEST_CASE("whatever the peer writes into a bell, a wait ends at its deadline and a ring returns") {
    for (auto const garbage : {0x00, 0x55, 0xff}) {
        auto bell = futex_bell{};
        std::memset(static_cast<void*>(&bell), garbage, sizeof(bell));
        auto const began = steady_clock::now();
        CHECK(bell.ring());
        while (bell.wait(bell.rings(), began + 20)) {}
        CHECK(steady_clock::now() - began < 60'000);
        bell.take_over();
        CHECK(bell.ring());
    }
}

TEST_CASE("a sleeper that was killed is forgotten when its side takes the bell over") {
    auto* const memory = mmap(nullptr, sizeof(futex_bell), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto& bell = *static_cast<futex_bell*>(memory);
    auto const pid = fork();
    if (pid == 0) {
        bell.wait(0, steady_clock::now() + 60'000);
        _exit(0);
    }
    usleep(30'000);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    bell.take_over();
    CHECK(bell.ring());
    auto const began = steady_clock::now();
    while (bell.wait(bell.rings(), began + 10)) {}
    CHECK(steady_clock::now() - began < 60'000);
    munmap(memory, sizeof(futex_bell));
}
