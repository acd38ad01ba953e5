#include <rpmsg/host/polled_wait.hpp>

#include <catch2/catch_test_macros.hpp>

#include <poll.h>

TEST_CASE("a wake ends a wait, and is seen by a thread that polls files") {
    using namespace rpmsg::host;
    auto state = polled_wait::shared{};
    auto it = polled_wait{state};
    auto const is_readable = [&] {
        auto waited = pollfd{.fd = it.number(), .events = POLLIN, .revents = 0};
        return poll(&waited, 1, 0) == 1;
    };
    auto const ticket = it.ticket();
    CHECK_FALSE(is_readable());
    auto copy = it; // as the channel keeps it
    copy.wake();
    copy.wake();
    CHECK(is_readable());
    CHECK(it.wait(ticket, it.now() + 60'000));
    it.forget();
    CHECK_FALSE(is_readable());
    it.forget(); // waits for nothing
    CHECK_FALSE(it.wait(it.ticket(), it.now()));
}
