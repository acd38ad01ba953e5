#include <rpmsg/framework/router/hub_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {
using rpmsg::detail::hub_queue;
using rpmsg::detail::waiting_message;

constexpr auto from(std::uint8_t link, std::uint32_t id = 0) -> waiting_message { return {.token = {.id = id}, .from = link}; }
} // namespace

TEST_CASE("messages that wait leave in their order, also round the end of the queue") {
    STATIC_REQUIRE([] {
        auto queue = hub_queue<4>{};
        auto next = std::uint32_t{0};
        for (std::uint32_t i = 0; i < 20; ++i) {
            check(queue.push(from(1, i), 4));
            if (i % 4 != 0) {
                check(queue.front().token.id == next++);
                queue.pop();
            }
            if (queue.count() == 4) {
                check(not queue.push(from(2), 4) and queue.front().token.id == next++);
                queue.pop();
            }
        }
        return not queue.is_empty();
    }());
}

TEST_CASE("a link takes no more than its share of a queue") {
    STATIC_REQUIRE([] {
        auto queue = hub_queue<4>{};
        check(queue.push(from(1), 2) and queue.push(from(1), 2));
        check(not queue.push(from(1), 2));
        return queue.push(from(2), 2) and queue.count() == 3;
    }());
}

TEST_CASE("the messages of a link that is gone are removed, the others keep their order") {
    STATIC_REQUIRE([] {
        auto queue = hub_queue<4>{};
        check(queue.push(from(9), 4));
        queue.pop();
        check(queue.push(from(1, 1), 4) and queue.push(from(2, 2), 4) and queue.push(from(1, 3), 4) and
              queue.push(from(3, 4), 4));
        check(queue.remove(1) == 2 and queue.remove(7) == 0 and queue.count() == 2);
        check(queue.front().token.id == 2);
        queue.pop();
        return queue.front().token.id == 4;
    }());
}
