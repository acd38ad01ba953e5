#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;

namespace {
struct noting {
    core* me;
    int* polls;
    auto start() -> rpmsg::status { return {}; }
    auto poll(rpmsg::ticks) -> void {
        ++*polls;
        for (int i = 0; i < 10; ++i) {
            me->access();
        }
        me->note(7, 8);
        me->saw("a poll");
        me->finds_no_buffer();
    }
    auto is_pending() -> bool { return true; }
    auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline { return {}; }
    auto notify(std::uint32_t, std::uint32_t) -> void {}
    auto reset(std::uint32_t) -> void {}
    auto close() -> void {}
    auto link_count() -> std::uint32_t { return 0; }
};
} // namespace

TEST_CASE("what a core does after it crashed in the middle of a poll has no effect") {
    auto all = world{1};
    auto polls = 0;
    auto& it = all.add_core("one", {.poll_time = 1ms}, [&](core& me) { return noting{&me, &polls}; });
    all.run_for(20ms);
    auto const before = all.seen().of("a poll");
    CHECK(before == static_cast<std::uint64_t>(polls));
    all.crash_inside(it, 15); // in the second poll from now
    all.run_for(2ms);
    CHECK(all.seen().of("a poll") == before + 1);
    CHECK(polls == static_cast<int>(before) + 2);
    CHECK_FALSE(it.is_on());
    all.run_for(30ms);
    CHECK(it.life() == 2);
    CHECK(all.seen().of("a core crashed between two accesses") == 1);
}

TEST_CASE("a core that waits for a buffer does nothing else, where the fault strikes") {
    auto all = world{1};
    auto polls = 0;
    auto& it = all.add_core("one", {.poll_time = 1ms}, [&](core& me) { return noting{&me, &polls}; });
    all.run_for(20ms);
    auto const before = polls;
    all.block_when_full(it, 10ms);
    all.run_for(10ms);
    CHECK(polls <= before + 2);
    all.run_for(10ms);
    CHECK(polls > before + 7);
}

TEST_CASE("a failure names the core") {
    auto all = world{1};
    auto polls = 0;
    auto& it = all.add_core("one", {.poll_time = 1ms}, [&](core& me) { return noting{&me, &polls}; });
    it.fail("too early"); // it is not on
    CHECK(all.run_for(20ms));
    CHECK(it.name() == "one");
    CHECK(it.number() == 0);
    CHECK(&it.in() == &all);
    it.fail("too hot");
    CHECK(all.failure() == "core 'one': too hot");
    CHECK_FALSE(all.run_for(20ms));
}
