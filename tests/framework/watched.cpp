#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/watched.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/recorder.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <cstdint>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::message;
using rpmsg::ticks;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;
using rpmsg::testing::recorder;

struct clock_of {
    ticks* time;
    [[nodiscard]] constexpr auto now() const -> ticks { return *time; }
};

constexpr auto slow_handlers_are_told(ticks takes) -> std::uint32_t {
    auto memory = loopback_memory<4>{};
    auto time = ticks{0xffff'fffe}; // wraps while the handler runs
    auto log = recorder{};
    auto side = channel{loopback<true, 4>{memory, 0},
                        rpmsg::watched{endpoints{endpoint<"x">([&](auto&, message const&) { time += takes; }, log.events())},
                                       clock_of{&time}, 5}};
    auto peer = channel{loopback<true, 4>{memory, 1}, endpoints{endpoint<"x">([](auto&, message const&) {})}};
    check(side.start().has_value() and peer.start().has_value());
    for (int i = 0; i < 8; ++i) {
        (void)side.poll();
        (void)peer.poll();
    }
    check(peer.at(0).send("a"_payload).has_value() and peer.at(0).send("b"_payload).has_value());
    (void)side.poll();
    check(log.count(event_kind::slow_handler) == side.endpoint_table().slow_handlers());
    check(side.endpoint_table().longest() == takes);
    return side.endpoint_table().slow_handlers();
}

TEST_CASE("A handler that takes longer than its limit is counted, and its endpoint is told after it") {
    STATIC_REQUIRE(slow_handlers_are_told(5) == 0);
    STATIC_REQUIRE(slow_handlers_are_told(6) == 2);
}

} // namespace
