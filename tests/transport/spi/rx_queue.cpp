#include <rpmsg/transport/spi/rx_queue.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {
using rpmsg::detail::spi_rx_queue;

constexpr auto the_port_always_has_a_buffer() -> bool {
    auto box = spi_rx_queue<4>{};
    box.clear();
    auto const first = box.armed();
    check(box.is_empty() and box.available() == 2);
    check(box.take() and box.armed() != first and box.available() == 1);
    check(box.take() and box.available() == 0 and box.take() and box.available() == 0);
    auto const last = box.armed();
    check(not box.take() and box.armed() == last);
    check(box.pop() == first);
    auto const second = box.pop();
    box.release(second);
    check(box.available() == 0 and box.take() and box.armed() == second);
    check(not box.is_empty() and box.pop() != last and box.pop() == last and box.is_empty());
    box.clear();
    check(box.armed() == second and box.available() == 2);
    return true;
}
} // namespace

TEST_CASE("the port always has a buffer, and room for what it may still bring is not offered twice") {
    STATIC_REQUIRE(the_port_always_has_a_buffer());
}
