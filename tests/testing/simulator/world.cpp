#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"
#include <functional>
#include <string>

using namespace two_cores;

TEST_CASE("two cores exchange messages in virtual time, the same way for the same seed") {
    auto const run = [](std::uint64_t seed) {
        auto found = two_cores::log{};
        auto all = world{seed};
        connect_rings(all, found);
        CHECK(all.run_for(100ms));
        CHECK(all.now() == 100ms);
        CHECK(found.answers >= 95);
        CHECK(found.answers <= 100);
        CHECK(all.messages() >= 2 * found.answers);
        return all.steps().hash();
    };
    auto const hash = run(1);
    CHECK(run(1) == hash);
    CHECK(run(2) != hash);
}

TEST_CASE("an invariant that does not hold ends the run, and so does progress that does not come") {
    auto found = two_cores::log{};
    auto all = world{1};
    connect_rings(all, found);
    all.must_progress("answers", [&] { return found.answers; });
    all.must_progress("nothing", [] { return std::uint64_t{}; });
    all.run_for(10ms);
    CHECK_FALSE(all.run_until_progress(50ms));
    CHECK(all.failure() == "no progress after all faults have ended: nothing");

    auto other = world{1};
    connect_rings(other, found);
    found.answers = 0;
    other.always("at most five answers", [&] { return found.answers <= 5; });
    CHECK_FALSE(other.run_for(1s));
    CHECK(other.failure() == "at most five answers");
    CHECK(found.answers == 6);
    CHECK(other.now() < 10ms);
}

TEST_CASE("checks of the end are made after nothing new is sent") {
    auto all = world{1};
    auto was_draining = false;
    all.add_core("one", {}, [&](core& me) {
        return loner{.act = [&](rpmsg::ticks) { was_draining = me.is_draining(); },
                     .due = {.is_set = true, .at = me.now() + 1}};
    });
    all.at_end([] { return std::string{"this is wrong"}; });
    all.run_for(1ms);
    CHECK_FALSE(was_draining);
    CHECK_FALSE(all.drain(1ms));
    CHECK(was_draining);
    CHECK(all.failure() == "this is wrong");
}

TEST_CASE("a scenario that contradicts itself is refused in one line") {
    auto const alone = [](core&) { return loner{}; };
    CHECK(failure_of([](world&) {}) == "this scenario contradicts itself: the world has no core");
    CHECK(failure_of([&](world& all) { all.add_core("a", {.ticks_per_second = 0}, alone); }) ==
          "this scenario contradicts itself: the clock of core 'a' has 1 to 10^9 ticks per second");
    CHECK(failure_of([&](world& all) { all.add_core("a", {.poll_time = 0ns}, alone); }) ==
          "this scenario contradicts itself: a poll of core 'a' takes no time: it would run for ever at one moment");
    CHECK(failure_of([&](world& all) {
              all.add_core("a", {}, alone);
              all.add_wire<ring_wire<rings>>("rings");
          }) == "this scenario contradicts itself: wire 'rings' is not connected");
    CHECK(failure_of([&](world& all) {
              auto& a = all.add_core("a", {}, alone);
              all.add_wire<ring_wire<rings>>("rings").connect(a, 0, a, 1);
          }) == "this scenario contradicts itself: both ends of wire 'rings' are connected to core 'a'");
    CHECK(failure_of([&](world& all) {
              auto& a = all.add_core("a", {}, alone);
              auto& b = all.add_core("b", {}, alone);
              all.add_wire<ring_wire<rings>>("rings").connect(a, 0, b, 0);
              all.add_wire<ring_wire<rings>>("more").connect(a, 0, b, 1);
          }) == "this scenario contradicts itself: link 0 of core 'a' is connected to two wires");
    CHECK(failure_of([&](world& all) {
              auto& a = all.add_core("a", {}, alone);
              auto& b = all.add_core("b", {}, alone);
              all.add_wire<ring_wire<rings>>("rings").connect(a, 0, b, 3);
          }) == "this scenario contradicts itself: wire 'rings' is link 0 of core 'a', whose program has 0 links");
}
