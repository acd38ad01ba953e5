#include <rpmsg/transport/uart.hpp>
#include <rpmsg/transport/uart/nuttx_state.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>

namespace {

constexpr auto config = rpmsg::uart_config{.tx_buffers = 2, .rx_buffers = 4, .payload = 50};

constexpr auto what_was_not_sent_is_counted_when_a_line_goes_down() -> bool {
    auto it = rpmsg::detail::uart_nuttx_state<config>{};
    check(not it.is_up() and not it.is_over() and it.come_up().event == rpmsg::link_event::up and it.is_up());
    it.sent.push(it.sent.take());
    auto const change = it.go_down(rpmsg::down_reason::peer_stopped);
    check(change.event == rpmsg::link_event::down and change.unreturned == 1 and not it.is_up());
    check(it.counts[rpmsg::counter::lost_in_flight] == 1 and it.sent.free() == 2);
    it.refusal = rpmsg::config_mismatch::no_check;
    return it.is_over();
}

} // namespace

TEST_CASE("What was not sent is counted when a line goes down") {
    STATIC_REQUIRE(what_was_not_sent_is_counted_when_a_line_goes_down());
    CHECK(what_was_not_sent_is_counted_when_a_line_goes_down());
}

TEST_CASE("What a line remembers lies beside its frames; a link that is made at run time begins anew") {
    using line = rpmsg::uart<config, rpmsg::archetypes::byte_stream>;
    STATIC_REQUIRE(sizeof(line) <= 2 * sizeof(void*));
    auto frames = rpmsg::uart_storage<config>{};
    auto first = line{frames};
    first.count(rpmsg::counter::bad_frame);
    first.feed(std::array{std::byte{config.dialect.suspend}});
    CHECK((first.counts()[rpmsg::counter::bad_frame] == 1 and first.is_peer_suspended()));
    auto const second = line{frames};
    CHECK((second.counts()[rpmsg::counter::bad_frame] == 0 and not second.is_peer_suspended()));
}
