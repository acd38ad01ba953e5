#include <rpmsg/testing/simulator/event_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace rpmsg::testing::simulator;
using namespace std::chrono_literals;

TEST_CASE("events come in the order of their moments, and those of one moment in the order of their addition") {
    auto queue = event_queue{};
    queue.add(5us, event_type::run, 1);
    queue.add(2us, event_type::wire, 2, 7);
    queue.add(5us, event_type::start, 3);
    CHECK(queue.size() == 3);
    CHECK(queue.first_at() == 2us);
    auto const first = queue.take();
    CHECK(first.who == 2);
    CHECK(first.detail == 7);
    CHECK(first.type == event_type::wire);
    CHECK(queue.take().who == 1);
    CHECK(queue.take().who == 3);
    CHECK(queue.is_empty());
}
