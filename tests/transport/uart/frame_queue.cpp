#include <rpmsg/transport/uart/frame_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

using pool = rpmsg::detail::frame_queue<4>;

constexpr auto buffers_go_round_in_any_order() -> bool {
    auto frames = pool{};
    std::uint8_t taken[4]{};
    for (int round = 0; round < 100; ++round) { // beyond the wrap of its counters
        for (auto& each : taken) {
            each = frames.take();
            check(each != pool::none);
        }
        check(frames.take() == pool::none and not frames.has_room());
        for (auto const each : {taken[2], taken[0], taken[3]}) {
            frames.push(each);
        }
        frames.drop(taken[1]);
        check(frames.pop() == taken[2] and frames.pop() == taken[0] and frames.pop() == taken[3] and frames.is_empty());
        check(frames.free() == 1);
        check(frames.give_back(taken[0]) and frames.give_back(taken[2]) and frames.give_back(taken[3]));
        check(not frames.give_back(taken[0]) and not frames.give_back(4) and frames.free() == 4);
    }
    return true;
}

constexpr auto clearing_gives_back_what_was_lent_and_waits_up_to_a_place() -> bool {
    auto frames = pool{};
    for (int i = 0; i < 3; ++i) {
        frames.push(frames.take());
    }
    auto const place = frames.end();
    frames.push(frames.take());
    (void)frames.pop();
    frames.clear(place);
    check(frames.free() == 3 and not frames.is_empty());
    (void)frames.pop();
    frames.clear(place); // which has passed
    check(frames.free() == 4 and frames.is_empty());
    return true;
}

} // namespace

TEST_CASE("Buffers go round in any order, and only what was lent is taken back") {
    STATIC_REQUIRE(buffers_go_round_in_any_order());
    CHECK(buffers_go_round_in_any_order());
}

TEST_CASE("Clearing gives back what was lent, and what waits before a place") {
    STATIC_REQUIRE(clearing_gives_back_what_was_lent_and_waits_up_to_a_place());
}
