#include <rpmsg/host/eventfd_bell.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

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
        auto const deadline = steady_clock::now() + 10'000;
        while (bell.rings() == 0 and bell.wait(0, deadline)) {}
        _exit(bell.rings() != 0 ? 0 : 1);
    }
    usleep(30'000);
    CHECK(bell.ring());
    auto status = 0;
    waitpid(pid, &status, 0);
    CHECK(status == 0);
}
