// DESIGN: whenever work is left that an end can do, a poll is pending, a doorbell will ring, or a deadline is set.
#include "liveness.hpp"

#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

namespace {
using liveness::flaw;
using rpmsg::uart_config;
using rpmsg::uart_profile;

constexpr auto nuttx = uart_config{.tx_buffers = 2, .rx_buffers = 2, .payload = 40, .connect_ticks = 50, .wake_ticks = 10};
constexpr auto reliable = uart_config{.tx_buffers = 2,
                                      .rx_buffers = 2,
                                      .payload = 40,
                                      .profile = uart_profile::reliable,
                                      .connect_ticks = 50,
                                      .resend_ticks = 10};
/// Frames that a look at the line does not read to their end.
constexpr auto long_frames = uart_config{.tx_buffers = 2, .rx_buffers = 2, .payload = 6000, .connect_ticks = 50};

struct sleepy : rpmsg::always_on {
    static constexpr bool wakes_peer = true;
};

using wire = rpmsg::testing::line<8192>;
/// A line whose bytes are fed, and one that is read: its interrupt has put them by.
template <bool Reads> struct port {
    wire* out;
    wire* in;
    auto write(rpmsg::const_bytes sent) -> std::size_t { return out->write(sent); }
    auto read(rpmsg::bytes into) -> std::size_t requires Reads { return in->read(into); }
};
using fed_port = port<false>;
using read_port = port<true>;

/// Two ends of a line, each with a main loop that sleeps. The operations of an end: send, poll for one or two messages, let
/// all or some of the bytes arrive, hold the next message or let it go, stop the line or let it go on, close or start, lose
/// what is under way; and time passes.
template <uart_config Config, typename Port = fed_port, typename Power = rpmsg::always_on, flaw Flaw = flaw::none> class world {
    using transport = liveness::flawed<rpmsg::uart<Config, Port, Power>, Flaw>;
    using channel = rpmsg::channel<transport, decltype(liveness::table_of(std::declval<liveness::log&>()))>;
    static constexpr bool is_reliable = Config.profile == uart_profile::reliable;

    wire sent_[2]{};
    wire arrived_[2]{}; ///< at the other end
    rpmsg::uart_storage<Config> storage_[2]{};
    liveness::log log_[2]{};
    rpmsg::ticks now_{};
    bool is_stopped_[2]{};
    bool was_closed_{};
    bool is_told_{}; ///< one end has closed a link that was up, and that was all
    bool is_closed_[2]{};
    bool has_lost_{}; ///< the line has lost bytes
    channel a_{transport{storage_[0], Port{&sent_[0], &arrived_[1]}}, liveness::table_of(log_[0])};
    channel b_{transport{storage_[1], Port{&sent_[1], &arrived_[0]}}, liveness::table_of(log_[1])};
    liveness::ends<channel, channel> ends_{a_, b_, log_[0], log_[1], now_};

    /// At most so many bytes of `from` arrive, and the interrupt rings.
    auto deliver(unsigned from, std::size_t most) -> bool {
        auto bytes = std::array<std::byte, 256>{};
        auto moved = false;
        while (most > 0 and arrived_[from].under_way() < 7000) { // it stops where the other end has no room
            auto const piece = rpmsg::bytes{bytes}.first(std::min(most, bytes.size()));
            auto const got = rpmsg::const_bytes{bytes}.first(sent_[from].read(piece));
            if (got.empty()) {
                break;
            }
            moved = true;
            most -= got.size();
            if constexpr (std::is_same_v<Port, read_port>) {
                arrived_[from].inject(got);
            } else {
                (from == 0 ? b_ : a_).transport().feed(got);
            }
        }
        if (moved) {
            (from == 0 ? b_ : a_).notify(0);
        }
        return moved;
    }
    auto settle() -> bool {
        return ends_.settle([&] { return deliver(0, 8192) or deliver(1, 8192); });
    }
    auto stop(unsigned which, bool stops) -> void {
        is_stopped_[which] = stops;
        sent_[which].pace(stops ? 3 : 0); // a few bytes more
    }

  public:
    static constexpr unsigned operations = 19;

    world() {
        if constexpr (is_reliable) {
            a_.transport().identify(1);
            b_.transport().identify(2);
        }
        check(a_.start().has_value() and b_.start().has_value());
        check(Flaw != flaw::none or (settle_from_start() and a_.is_up() and b_.is_up()));
        if (Flaw != flaw::none) {
            for (auto i = 0; i < 8; ++i) {
                (void)a_.poll(++now_);
                (void)deliver(0, 8192);
                (void)b_.poll(++now_);
                (void)deliver(1, 8192);
            }
        }
    }
    auto settle_from_start() -> bool {
        (void)a_.poll(now_); // `start` is a call of the main loop, which polls then
        (void)b_.poll(now_);
        return settle();
    }
    auto act(unsigned operation) -> void {
        auto const who = operation % 2;
        auto& link = who == 0 ? a_ : b_;
        switch (operation / 2) {
        case 0: ends_.send(link, log_[who], Config.payload); break;
        case 1: (void)link.poll({.messages = 1}, now_); break;
        case 2: (void)link.poll({.messages = 2}, now_); break;
        case 3: (void)deliver(who, 8192); break;
        case 4: (void)deliver(who, 30); break;
        case 5: ends_.hold_or_release(log_[who]); break;
        case 6: stop(who, not is_stopped_[who]); break;
        case 7:
            if (is_closed_[who]) {
                check(link.start().has_value());
            } else {
                link.close();
            }
            is_told_ = not was_closed_;
            is_closed_[who] = not is_closed_[who];
            was_closed_ = true;
            (void)link.poll(now_);
            break;
        case 8:
            sent_[who].lose();
            has_lost_ = true;
            break;
        default: now_ += 7; break;
        }
    }
    /// What is wrong once all has come to rest, or nothing.
    auto finish() -> std::string {
        for (auto const which : {0u, 1u}) {
            stop(which, false);
        }
        if (not settle()) {
            return "it does not come to rest";
        }
        if (is_told_ and not has_lost_ and (a_.is_up() or b_.is_up())) {
            return "the peer's end was not heard";
        }
        for (auto const which : {0u, 1u}) {
            if (is_closed_[which]) {
                act(which + 14);
            }
        }
        if (not settle()) {
            return "it does not come to rest after a start";
        }
        for (auto& own : log_) {
            own.kept.release();
            own.holds = false;
        }
        if (not settle()) {
            return "it does not come to rest after a release";
        }
        if (not a_.is_up() or not b_.is_up()) {
            return "the link stays down";
        }
        for (auto const which : {0u, 1u}) {
            auto const lost = (which == 0 ? a_ : b_).transport().uart_counters().no_buffer;
            if (not was_closed_ and not(has_lost_ and not is_reliable) and
                log_[1 - which].sent != log_[which].heard + (is_reliable ? 0 : lost)) {
                return "a message is left";
            }
            if (log_[which].wrong > 0 and not was_closed_) {
                return "a message came twice or late";
            }
            if (log_[which].is_starved) {
                return "nobody told of room";
            }
            if (sent_[which].under_way() + arrived_[which].under_way() > 0) {
                return "bytes are left";
            }
        }
        auto const heard = log_[1].heard;
        auto const heard_there = log_[0].heard;
        ends_.send(a_, log_[0]);
        ends_.send(b_, log_[1]);
        if (not settle() or log_[1].heard != heard + 1 or log_[0].heard != heard_there + 1) {
            return "a message after all that does not come";
        }
        return {};
    }
};

template <typename World> auto finds_nothing(std::size_t depth, unsigned count) -> void {
    auto found = liveness::search_all<World>(depth);
    if (not found) {
        found = liveness::search_some<World>(count, 14);
    }
    if (found) {
        found->print("uart");
    }
    CHECK_FALSE(found.has_value());
}
/// Whether one of the worlds finds the flaw.
template <flaw Flaw> auto is_found() -> bool {
    auto const is_in = [](auto const& found, char const* name) {
        if (found) {
            found->print(name);
        }
        return found.has_value();
    };
    return is_in(liveness::search_all<world<reliable, fed_port, rpmsg::always_on, Flaw>>(3), "reliable") or
           is_in(liveness::search_all<world<nuttx, fed_port, rpmsg::always_on, Flaw>>(3), "nuttx") or
           is_in(liveness::search_some<world<nuttx, fed_port, sleepy, Flaw>>(2000, 14), "sleepy") or
           is_in(liveness::search_some<world<reliable, fed_port, rpmsg::always_on, Flaw>>(2000, 14), "reliable") or
           is_in(liveness::search_some<world<nuttx, fed_port, rpmsg::always_on, Flaw>>(2000, 14), "nuttx");
}

} // namespace

TEST_CASE("reliable: no work is left that nobody is told of") {
    finds_nothing<world<reliable>>(3, 20'000);
    finds_nothing<world<reliable, read_port>>(3, 10'000);
}
TEST_CASE("nuttx: no work is left that nobody is told of") {
    finds_nothing<world<nuttx>>(3, 20'000);
    finds_nothing<world<nuttx, read_port>>(3, 10'000);
}
TEST_CASE("nuttx, whose peer sleeps: no work is left that nobody is told of") {
    finds_nothing<world<nuttx, fed_port, sleepy>>(3, 10'000);
    finds_nothing<world<nuttx, read_port, sleepy>>(3, 10'000);
}
TEST_CASE("no end of a long frame is left in a line that is read") { finds_nothing<world<long_frames, read_port>>(3, 2000); }

TEST_CASE("wake-ups that are lost on a line are found") {
    CHECK(is_found<flaw::forgets_line>());
    CHECK(is_found<flaw::forgets_retry>());
    CHECK(is_found<flaw::late_retry>());
    CHECK(is_found<flaw::hides_end>());
    CHECK(is_found<flaw::stops_early>());
    CHECK(is_found<flaw::forgets_room>());
}
