#include "two_cores.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>

using namespace two_cores;

namespace {
/// A program with no link that runs as its test says.
struct loner {
    std::function<void(rpmsg::ticks)> act{};
    bool pends{};
    rpmsg::poll_deadline due{};

    auto start() -> rpmsg::status { return {}; }
    auto poll(rpmsg::ticks now) -> void {
        if (act) {
            act(now);
        }
    }
    auto is_pending() -> bool { return pends; }
    auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline { return due; }
    auto notify(std::uint32_t, std::uint32_t) -> void {}
    auto reset(std::uint32_t) -> void {}
    auto close() -> void {}
    auto link_count() -> std::uint32_t { return 0; }
};
auto failure_of(std::function<void(world&)> build) -> std::string {
    auto all = world{1};
    build(all);
    all.run_for(10s);
    return all.failure();
}
} // namespace

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

TEST_CASE("a core that crashed begins a new life, and the link is up again") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(20ms);
    all.crash(*line.core_at(0), 5ms);
    auto const before = found.answers;
    all.run_for(4ms);
    CHECK(found.answers == before);
    CHECK_FALSE(line.core_at(0)->is_on());
    all.run_for(30ms);
    CHECK(found.lives == 2);
    CHECK(found.answers > before + 10);
    CHECK(all.seen().of(rpmsg::down_reason::peer_restarted) == 1);
}

TEST_CASE("a core that closes its links restarts") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(20ms);
    all.restart(*line.core_at(1), 5ms);
    auto const before = found.answers;
    all.run_for(30ms);
    CHECK(line.core_at(1)->life() == 2);
    CHECK(found.answers > before + 10);
    CHECK(all.seen().of(rpmsg::down_reason::closed) == 1);
}

TEST_CASE("a paused core hears afterwards of what came meanwhile") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(20ms);
    all.pause(*line.core_at(1), 10ms);
    auto const before = found.answers;
    all.run_for(9ms);
    CHECK(found.answers == before);
    all.run_for(2ms);
    CHECK(found.answers >= before + 4);
}

TEST_CASE("a clock that stands still makes a core sleep until an interrupt, or until it runs again") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(20ms);
    all.change_clock(*line.core_at(0), [](core_clock& it, nanoseconds now) { it.stop(now); });
    auto const before = found.answers;
    all.run_for(20ms);
    CHECK(found.answers <= before + 1);
    all.mend(*line.core_at(0));
    all.run_for(20ms);
    CHECK(found.answers > before + 10);
}

TEST_CASE("an interrupt that was lost arrives when the wire is mended") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(20ms);
    all.cut(line, true);
    auto const before = found.answers;
    all.run_for(20ms);
    CHECK(found.answers == before);
    CHECK(all.seen().of("an interrupt was lost") > 0);
    all.mend(line);
    all.run_for(5ms);
    CHECK(found.answers > before + 4);
}

TEST_CASE("late interrupts, refused doorbells and interrupts of nobody cost time only") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(20ms);
    all.delay_interrupts(line, 2, 3ms);
    all.refuse_doorbells(line, 3);
    all.raise(line, 0, 1);
    all.raise(line, 1, 0);
    all.slow_down(line, true);
    auto const before = found.answers;
    all.run_for(30ms);
    CHECK(found.answers > before + 15);
    CHECK(all.seen().of("an interrupt came late") == 2);
    CHECK(all.seen().of("a doorbell was refused") == 3);
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
        return loner{.act = [&](rpmsg::ticks) { was_draining = me.is_draining(); }, .due = {.is_set = true, .at = me.now() + 1}};
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

TEST_CASE("a program that never yields ends the run in one line") {
    CHECK(failure_of([](world& all) { all.add_core("busy", {}, [](core&) { return loner{.pends = true}; }); }) ==
          "the program of core 'busy' never yields: it was pending after 1000000 polls in a row");
    CHECK(failure_of([](world& all) {
              all.add_core("busy", {}, [](core& me) {
                  return loner{.act = [&me](rpmsg::ticks) {
                      for (int i = 0; i < 20'000'001; ++i) {
                          me.access();
                      }
                  }};
              });
          }) == "the program of core 'busy' never yields: one poll accessed shared memory 20000000 times");
}
