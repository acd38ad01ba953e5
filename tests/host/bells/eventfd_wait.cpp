#include <rpmsg/host/bells/eventfd_doorbell.hpp>
#include <rpmsg/host/bells/eventfd_wait.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/bells/bell_rules.hpp"

using rpmsg::host::eventfd_bell;
using rpmsg::host::eventfd_doorbell;
using rpmsg::host::eventfd_wait;

TEST_CASE("an eventfd wait sleeps until the bell rings or the deadline", "[threads]") {
    eventfd_bell own{};
    bell_rules::wakes_a_sleeper(eventfd_wait{own}, eventfd_doorbell{own});
    bell_rules::keeps_a_ring_from_before_the_sleep(eventfd_wait{own}, eventfd_doorbell{own});
    bell_rules::ends_at_the_deadline(eventfd_wait{own});
}

TEST_CASE("a wake ends the eventfd waits of all threads", "[threads]") {
    eventfd_bell own{};
    bell_rules::wake_ends_every_wait(eventfd_wait{own});
}

TEST_CASE("no ring of an eventfd bell is lost", "[threads]") {
    eventfd_bell here{};
    eventfd_bell there{};
    bell_rules::loses_no_ring(eventfd_wait{here}, eventfd_doorbell{there}, eventfd_wait{there}, eventfd_doorbell{here});
}
