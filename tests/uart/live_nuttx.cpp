// Traffic of a serial line between NuttX's simulator and this library, kept as it went by: both sides' starts, names, requests
// both ways, NuttX killed and started again, NuttX that says goodbye, this end killed and started again.
#include "uart/live_nuttx.hpp"

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "interop/live_ping.hpp"
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

namespace {

using live_nuttx::step;
using rpmsg::uart_check;

/// The line towards NuttX.
struct spoken {
    std::string text{};
    auto write(rpmsg::const_bytes out) -> std::size_t {
        text.append(reinterpret_cast<char const*>(out.data()), out.size());
        return out.size();
    }
};

struct outcome {
    std::string told; ///< to the endpoint
    std::string said; ///< on the line
};

/// One life of this end, which hears what NuttX said, piece by piece at its times, and otherwise sleeps to its deadlines.
template <uart_check Check> auto replay(std::span<step const> steps) -> outcome {
    constexpr auto config = rpmsg::uart_config{.payload = 2008, .check = Check};
    auto line = spoken{};
    auto storage = rpmsg::uart_storage<config>{};
    auto ping = live_ping{};
    auto link = rpmsg::channel{rpmsg::uart<config, rpmsg::byte_stream_ref<spoken>>{storage, rpmsg::byte_stream_ref{line}},
                               rpmsg::endpoints{rpmsg::ref(ping)}};
    auto const look = [&](rpmsg::ticks now) {
        do {
            (void)link.poll(now);
        } while (link.is_pending());
    };
    CHECK(link.start().has_value());
    look(0);
    rpmsg::ticks now = 0;
    for (auto const& each : steps) {
        for (auto due = link.next_deadline(now); due.is_set and rpmsg::has_passed(due.at, each.at);
             due = link.next_deadline(now)) {
            now = std::max(due.at, now + 1);
            look(now);
        }
        now = each.at;
        if (each.who == live_nuttx::theirs) {
            auto const text = from_digits(each.digits);
            link.transport().feed(std::as_bytes(std::span{text}));
            link.notify();
            look(now);
        }
    }
    return {.told = ping.told, .said = line.text};
}

/// What this end said when the traffic was kept.
auto said_then(std::span<step const> steps) -> std::string {
    auto text = std::string{};
    for (auto const& each : steps) {
        text += each.who == live_nuttx::ours ? from_digits(each.digits) : "";
    }
    return text;
}

constexpr auto first_life = "up bound 1025 pong pong pong answered answered unbound restarted 0 "
                            "up bound 1025 pong pong pong unbound stopped 0 "
                            "up bound 1025 pong pong pong ";
constexpr auto second_life = "up bound 1028 pong pong pong answered ";

} // namespace

TEST_CASE("NuttX on a line without checks binds, is asked and asks, is killed, says goodbye and is back each time") {
    auto const got = replay<uart_check::off>(live_nuttx::plain_0);
    CHECK(got.told == first_life);
    CHECK(got.said == said_then(live_nuttx::plain_0));
}

TEST_CASE("An end that starts anew beside a NuttX without checks is bound and answered") {
    auto const got = replay<uart_check::off>(live_nuttx::plain_1);
    CHECK(got.told == second_life);
    CHECK(got.said == said_then(live_nuttx::plain_1));
}

TEST_CASE("NuttX on a line with checks binds, is asked and asks, is killed, says goodbye and is back each time") {
    auto const got = replay<uart_check::required>(live_nuttx::checked_0);
    CHECK(got.told == first_life);
    CHECK(got.said == said_then(live_nuttx::checked_0));
}

TEST_CASE("An end that starts anew beside a NuttX with checks is bound and answered") {
    auto const got = replay<uart_check::required>(live_nuttx::checked_1);
    CHECK(got.told == second_life);
    CHECK(got.said == said_then(live_nuttx::checked_1));
}

TEST_CASE("An end without checks takes what a NuttX with checks says") {
    CHECK(replay<uart_check::off>(live_nuttx::checked_0).told == first_life);
}

TEST_CASE("An end that requires checks tells that a NuttX has none") {
    CHECK(replay<uart_check::required>(live_nuttx::plain_1).told == "up incompatible 0 ");
}
