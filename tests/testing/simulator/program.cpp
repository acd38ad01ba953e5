#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;
using rpmsg::testing::loopback;

namespace {
/// Two links, and a main loop that does more than to poll them.
class both {
    rpmsg::channel<loopback<>> a_;
    rpmsg::channel<loopback<>> b_;
    int* runs_;

  public:
    both(rpmsg::testing::loopback_memory<>& memory, int& runs)
        : a_{loopback<>{memory, 0}}, b_{loopback<>{memory, 1}}, runs_{&runs} {}
    auto links() { return std::tie(a_, b_); }
    auto run(rpmsg::ticks) -> void { ++*runs_; }
    auto next_deadline(rpmsg::ticks now) -> rpmsg::poll_deadline { return {.is_set = true, .at = now + 3}; }
    auto is_pending() -> bool { return *runs_ == 2; }
    auto are_up() -> bool { return a_.is_up() and b_.is_up(); }
};
} // namespace

TEST_CASE("a program of links is driven like a main loop") {
    auto memory = rpmsg::testing::loopback_memory<>{};
    auto runs = 0;
    auto const it = host_program([&] { return both{memory, runs}; });
    CHECK(it->link_count() == 2);
    REQUIRE(it->start());
    it->poll(1);
    it->poll(2);
    CHECK(runs == 2);
    CHECK(it->is_pending());
    it->notify(0, 0);
    it->notify(9, 0);
    it->poll(3);
    it->poll(4);
    CHECK_FALSE(it->is_pending());
    CHECK(it->next_deadline(4).is_set);
    CHECK(it->next_deadline(4).at == 7);
    it->reset(1);
    CHECK(it->next_deadline(5).at == 5); // the loopback sees it at the next poll
    it->close();
}
