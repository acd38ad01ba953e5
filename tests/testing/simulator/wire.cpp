#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"
#include <vector>

using namespace two_cores;

namespace {
/// A wire that a test drives by hand.
class bare_wire final : public wire {
  public:
    std::vector<std::uint32_t> calls{};
    using wire::call_after;
    using wire::interrupt;
    using wire::refuses;
    using wire::taint;
    using wire::wire;
    auto suits(fault) const -> bool override { return false; }
    auto due(std::uint32_t detail) -> void override { calls.push_back(detail); }
};
struct hearing {
    std::vector<std::uint32_t>* heard;
    auto start() -> rpmsg::status { return {}; }
    auto poll(rpmsg::ticks) -> void {}
    auto is_pending() -> bool { return false; }
    auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline { return {}; }
    auto notify(std::uint32_t link, std::uint32_t signal) -> void { heard->push_back(10 * link + signal); }
    auto reset(std::uint32_t) -> void {}
    auto close() -> void {}
    auto link_count() -> std::uint32_t { return 4; }
};
} // namespace

TEST_CASE("interrupts go to the link at the other end, and are lost, late and owed as the wire says") {
    auto all = world{1};
    auto heard = std::vector<std::uint32_t>{};
    auto ignored = std::vector<std::uint32_t>{};
    auto& a = all.add_core("a", {}, [&](core&) { return hearing{&ignored}; });
    auto& b = all.add_core("b", {}, [&](core&) { return hearing{&heard}; });
    auto& line = all.add_wire<bare_wire>("bare");
    line.connect(a, 0, b, 3);
    CHECK(line.core_at(0) == &a);
    CHECK(line.name() == "bare");
    all.run_for(5ms);
    line.interrupt(1, 1);
    CHECK(heard.empty());
    all.run_for(1ms);
    CHECK(heard == std::vector<std::uint32_t>{31});
    all.lose_interrupts(line, 1);
    line.interrupt(1, 0);
    line.interrupt(1, 1);
    all.run_for(1ms);
    CHECK(heard == std::vector<std::uint32_t>{31, 31});
    all.mend(line);
    CHECK(heard == std::vector<std::uint32_t>{31, 31, 30});
    all.refuse_doorbells(line, 1);
    CHECK(line.refuses());
    CHECK_FALSE(line.refuses());
    line.call_after(2ms, 5);
    all.run_for(1ms);
    CHECK(line.calls.empty());
    all.run_for(1ms);
    CHECK(line.calls == std::vector<std::uint32_t>{5});
    CHECK(ignored.empty());
}

TEST_CASE("a wire whose content was destroyed is sound again when both cores have restarted") {
    auto all = world{1};
    auto heard = std::vector<std::uint32_t>{};
    auto& a = all.add_core("a", {}, [&](core&) { return hearing{&heard}; });
    auto& b = all.add_core("b", {}, [&](core&) { return hearing{&heard}; });
    auto& line = all.add_wire<bare_wire>("bare");
    line.connect(a, 0, b, 0);
    all.run_for(5ms);
    CHECK(line.is_sound());
    line.taint();
    CHECK_FALSE(line.is_sound());
    all.crash(a, 1ms);
    all.run_for(5ms);
    CHECK(line.is_tainted());
    all.crash(b, 1ms);
    all.run_for(5ms);
    CHECK(line.is_sound());
}
