#include <rpmsg/transport/uart/resend_window.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using window = rpmsg::detail::resend_window<4>;

constexpr auto filled(int frames) -> window {
    auto made = window{};
    (void)made.acknowledge(0, 4, 0);
    for (int i = 0; i < frames; ++i) {
        made.frames().push(made.frames().take());
    }
    return made;
}

constexpr auto frames_go_in_order_as_far_as_there_is_room() -> bool {
    auto w = filled(4);
    check(w.acknowledge(0, 2, 0, true) and w.has_next() and w.next() == 0);
    check(not w.advance(1) and w.has_next() and not w.advance(2) and not w.has_next() and w.unacknowledged() == 4);
    check(w.acknowledge(1, 4, 3));
    w.release();
    check(w.unacknowledged() == 3 and w.frames().free() == 1 and w.has_next() and w.next() == 2);
    w.rewind();
    check(w.next() == 1 and w.advance(4) and not w.advance(4)); // 1 again, then 2 for the first time
    return true;
}

constexpr auto an_acknowledgement_that_cannot_be_is_refused() -> bool {
    auto w = filled(3);
    (void)w.advance(0);
    check(not w.acknowledge(2, 4, 0) and w.acknowledge(1, 4, 0));
    w.release();
    check(w.acknowledge(0, 4, 0)); // an outdated one: ignored
    w.release();
    check(w.unacknowledged() == 2 and w.next() == 1);
    return true;
}

constexpr auto what_is_not_acknowledged_goes_again_ever_more_rarely() -> bool {
    auto w = filled(1);
    check(w.acknowledge(0, 0, 0, true) and not w.has_next());
    w.restart(100);
    check(w.waits() and w.deadline(10, 100) == 110 and w.retry(110, 3, true) and w.has_next()); // a probe
    check(not w.advance(111) and w.deadline(10, 111) == 131 and w.retry(131, 3, true) and w.advance(132));
    check(w.deadline(10, 132) == 172 and w.retry(172, 3, true) and not w.retry(300, 3, true));
    w.reset_tries();
    check(w.retry(300, 3, true));
    return true;
}

/// Short frames are processed before earlier data frames with older windows.
constexpr auto what_was_overtaken_takes_nothing_back() -> bool {
    auto w = filled(4);
    (void)w.advance(0);
    (void)w.advance(0);
    check(w.acknowledge(2, 4, 0) and w.acknowledge(0, 1, 0) and w.acknowledge(1, 4, 0) and w.acknowledge(2, 1, 0));
    w.release();
    check(w.unacknowledged() == 2 and w.has_next() and not w.advance(1) and w.has_next());
    check(w.acknowledge(2, 1, 2, true) and not w.has_next()); // a request to resend has the current window
    return true;
}

constexpr auto a_clock_that_is_put_back_delays_by_one_retry() -> bool {
    auto w = filled(1);
    w.restart(5000);
    w.date(5000);
    for (rpmsg::ticks back = 1; back != 0; back <<= 1) {
        auto const now = 5000 - back;
        check(rpmsg::has_passed(w.deadline(10, now), now + 10));
        auto moved = w;
        moved.date(now);
        check(moved.deadline(10, now + 10) - now <= 10);
    }
    return true;
}

constexpr auto numbers_wrap() -> bool {
    auto w = window{};
    (void)w.acknowledge(0, 4, 0);
    for (std::uint32_t i = 0; i < 70'000; ++i) {
        w.frames().push(w.frames().take());
        check(w.has_next() and not w.advance(i));
        check(w.acknowledge(static_cast<std::uint16_t>(i + 1), 4, i));
        w.release();
        check(not w.waits());
    }
    return true;
}

} // namespace

TEST_CASE("Frames go in order, as far as the peer has room") {
    STATIC_REQUIRE(frames_go_in_order_as_far_as_there_is_room());
    CHECK(frames_go_in_order_as_far_as_there_is_room());
}

TEST_CASE("An acknowledgement of what was never sent is refused, an old one is ignored") {
    STATIC_REQUIRE(an_acknowledgement_that_cannot_be_is_refused());
}

TEST_CASE("What is not acknowledged goes again, ever more rarely, though there seems to be no room") {
    STATIC_REQUIRE(what_is_not_acknowledged_goes_again_ever_more_rarely());
}

TEST_CASE("What was overtaken takes back neither an acknowledgement nor room") {
    STATIC_REQUIRE(what_was_overtaken_takes_nothing_back());
}

TEST_CASE("A clock that is put back delays what goes again by one retry") {
    STATIC_REQUIRE(a_clock_that_is_put_back_delays_by_one_retry());
}

TEST_CASE("A frame that is being filled at a restart stays out until it is dropped") {
    auto window = rpmsg::detail::resend_window<2>{};
    auto const lent = window.frames().take();
    window.frames().push(window.frames().take());
    window.clear();
    CHECK(not window.waits());
    auto const other = window.frames().take();
    CHECK(other != lent);
    CHECK(window.frames().take() == 2);
    window.frames().drop(lent);
    CHECK(window.frames().take() == lent);
}

TEST_CASE("Sequence numbers wrap") { CHECK(numbers_wrap()); }
