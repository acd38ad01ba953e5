#include <rpmsg/host/bells/eventfd_bell.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/lingering_socket.hpp"
#include <atomic>
#include <cstdint>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using rpmsg::host::eventfd_bell;
using rpmsg::host::steady_clock;

TEST_CASE("rings count until they are heard") {
    eventfd_bell bell{};
    REQUIRE(bell);
    auto const before = bell.rings();
    CHECK(bell.ring());
    CHECK(bell.ring());
    CHECK(bell.rings() != before);
}

TEST_CASE("a full eventfd has rung, and ringing it does not wait") {
    eventfd_bell bell{};
    auto const most = ~std::uint64_t{0} - 1;
    REQUIRE(write(bell.descriptor(), &most, sizeof(most)) == sizeof(most));
    CHECK(bell.ring());
    CHECK(bell.rings() == 1);
    CHECK(bell.rings() == 1);
}

TEST_CASE("a bell without a descriptor does not ring, and a wait on it ends") {
    eventfd_bell bell{-1};
    CHECK_FALSE(bell);
    CHECK_FALSE(bell.ring());
    CHECK_FALSE(bell.wait(bell.rings(), steady_clock::now() + 10));
}

TEST_CASE("an eventfd wakes a related process") {
    eventfd_bell bell{};
    auto const pid = fork();
    if (pid == 0) {
        auto const deadline = steady_clock::now() + 60'000;
        while (bell.rings() == 0 and bell.wait(0, deadline)) {}
        _exit(bell.rings() != 0 ? 0 : 1);
    }
    usleep(30'000);
    CHECK(bell.ring());
    auto status = 0;
    waitpid(pid, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("an eventfd that the other process has made blocking does not stop us") {
    auto const file = eventfd(0, EFD_CLOEXEC);
    eventfd_bell bell{file};
    REQUIRE(bell);
    alarm(120); // ends a test that waits
    CHECK(bell.rings() == 0);
    CHECK_FALSE(bell.wait(0, steady_clock::now() + 10));
    auto const most = ~std::uint64_t{0} - 1;
    REQUIRE(write(file, &most, sizeof(most)) == sizeof(most));
    CHECK(bell.ring());
    CHECK(bell.rings() == 1);
    alarm(0);
}

TEST_CASE("what is no eventfd is no bell, and is closed") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    eventfd_bell bell{ends[1]};
    CHECK_FALSE(bell);
    CHECK_FALSE(bell.ring());
    CHECK(fcntl(ends[1], F_GETFD) < 0);
    close(ends[0]);
}

TEST_CASE("a socket that lingers is no bell, and is closed at once") {
    auto socket = lingering_socket{};
    REQUIRE(socket.is_full());
    auto const before = steady_clock::now();
    CHECK_FALSE(eventfd_bell{socket.hand_over()});
    CHECK(steady_clock::now() - before < 30'000);
}

TEST_CASE("one ring wakes all who sleep and is counted once", "[threads]") {
    eventfd_bell bell{};
    for (auto round = 0; round < 30; ++round) {
        auto const before = bell.rings();
        auto woken = std::atomic<int>{0};
        auto sleepers = std::vector<std::thread>{};
        for (auto i = 0; i < 4; ++i) {
            sleepers.emplace_back([&] {
                auto heard = before;
                while (heard == before and bell.wait(before, steady_clock::now() + 60'000)) {
                    heard = bell.rings();
                }
                woken += heard == before + 1 ? 1 : 0;
            });
        }
        usleep(5'000);
        bell.ring();
        for (auto& one : sleepers) {
            one.join();
        }
        CHECK(woken == 4);
        CHECK(bell.rings() == before + 1); // a call to those who are late is no ring
        CHECK_FALSE(bell.wait(before + 1, steady_clock::now() + 2));
    }
}
