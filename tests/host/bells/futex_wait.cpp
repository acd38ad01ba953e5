#include <rpmsg/host/bells/futex_doorbell.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/bells/bell_rules.hpp"

using rpmsg::host::futex_bell;
using rpmsg::host::futex_doorbell;
using rpmsg::host::futex_wait;

TEST_CASE("a futex wait sleeps until the bell rings or the deadline", "[threads]") {
    auto own = futex_bell{};
    bell_rules::wakes_a_sleeper(futex_wait{own}, futex_doorbell{own});
    bell_rules::keeps_a_ring_from_before_the_sleep(futex_wait{own}, futex_doorbell{own});
    bell_rules::ends_at_the_deadline(futex_wait{own});
}

TEST_CASE("a wake ends the futex waits of all threads", "[threads]") {
    auto own = futex_bell{};
    bell_rules::wake_ends_every_wait(futex_wait{own});
}

TEST_CASE("no ring of a futex bell is lost", "[threads]") {
    auto here = futex_bell{};
    auto there = futex_bell{};
    bell_rules::loses_no_ring(futex_wait{here}, futex_doorbell{there}, futex_wait{there}, futex_doorbell{here});
}
