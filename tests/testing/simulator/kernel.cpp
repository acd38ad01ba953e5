#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"
#include <functional>
#include <string>

using namespace two_cores;

namespace {
/// Two cores that talk over rings for 20 ms.
struct running {
    two_cores::log found{};
    world all{1};
    ring_wire<rings>& line = connect_rings(all, found);

    running() { all.run_for(20ms); }
};
} // namespace

TEST_CASE("a core that crashed begins a new life, and the link is up again") {
    auto rig = running{};
    auto& [found, all, line] = rig;
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
    auto rig = running{};
    auto& [found, all, line] = rig;
    all.restart(*line.core_at(1), 5ms);
    auto const before = found.answers;
    all.run_for(30ms);
    CHECK(line.core_at(1)->life() == 2);
    CHECK(found.answers > before + 10);
    CHECK(all.seen().of(rpmsg::down_reason::closed) == 1);
}

TEST_CASE("a paused core hears afterwards of what came meanwhile") {
    auto rig = running{};
    auto& [found, all, line] = rig;
    all.pause(*line.core_at(1), 10ms);
    auto const before = found.answers;
    all.run_for(9ms);
    CHECK(found.answers == before);
    all.run_for(2ms);
    CHECK(found.answers >= before + 4);
}

TEST_CASE("a clock that stands still makes a core sleep until an interrupt, or until it runs again") {
    auto rig = running{};
    auto& [found, all, line] = rig;
    all.change_clock(*line.core_at(0), [](core_clock& it, nanoseconds now) { it.stop(now); });
    auto const before = found.answers;
    all.run_for(20ms);
    CHECK(found.answers <= before + 1);
    all.mend(*line.core_at(0));
    all.run_for(20ms);
    CHECK(found.answers > before + 10);
}

TEST_CASE("an interrupt that was lost arrives when the wire is mended") {
    auto rig = running{};
    auto& [found, all, line] = rig;
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
    auto rig = running{};
    auto& [found, all, line] = rig;
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
