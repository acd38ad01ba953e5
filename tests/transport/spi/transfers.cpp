#include <rpmsg/transport/spi/transfers.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "spi/pair.hpp"
#include <algorithm>

namespace {
using namespace spi_tests;

/// Number of transfers of two idle, connected ends in a long time.
template <spi_config Config> constexpr auto transfers_of_an_idle_link() -> std::uint64_t {
    auto pair = bus_of_two<Config>{};
    auto controller = rpmsg::channel{pair.controller()};
    auto peripheral = rpmsg::channel{pair.peripheral()};
    check(controller.start().has_value() and peripheral.start().has_value());
    pair.settle(controller, peripheral);
    check(controller.is_up() and peripheral.is_up());
    auto const before = pair.bus.transfers();
    for (rpmsg::ticks now = 0; now < 2000; now += 50) {
        pair.settle(controller, peripheral, now);
    }
    return pair.bus.transfers() - before;
}

/// A side without a peer requests at intervals, and makes no transfer.
constexpr auto asks_in_vain() -> bool {
    auto pair = bus_of_two<reliable>{};
    auto controller = pair.controller();
    check(not controller.next_deadline(0).is_set and controller.start().has_value());
    check(pair.bus.is_requesting(0) and controller.next_deadline(0).at == reliable.retry_ticks);
    for (rpmsg::ticks now = 0; now < 1000; now += 10) {
        check(controller.poll(now).event == rpmsg::link_event::none);
        check(pair.bus.is_requesting(0) and not pair.bus.is_busy(0) and controller.next_deadline(now).at >= now);
    }
    return true;
}

/// Two connected transports, polled one after the other.
template <spi_config Config> struct connected : bus_of_two<Config> {
    typename bus_of_two<Config>::controller_end a = this->controller();
    typename bus_of_two<Config>::peripheral_end b = this->peripheral();

    constexpr auto look(rpmsg::ticks now) -> void {
        (void)this->bus.run();
        (void)this->bus.forward(0, a);
        (void)this->bus.forward(1, b);
        (void)b.poll(now);
        (void)a.poll(now);
    }
    constexpr connected() {
        check(a.start().has_value() and b.start().has_value());
        for (auto i = 0; i < 12; ++i) {
            look(0);
        }
        check(a.writable() and b.writable());
    }
};
constexpr auto send(auto& from) -> void {
    auto const room = from.reserve();
    check(from.commit(room, {.source = rpmsg::address{1}, .length = 4}));
}

/// A message after a long silence has the time of its own poll, not that of the last one.
constexpr auto a_silence_makes_no_transfer_late() -> bool {
    auto pair = connected<reliable>{};
    send(pair.b); // loads a frame and requests a transfer
    check(pair.bus.is_busy(1) and pair.bus.forward(0, pair.a));
    (void)pair.b.poll(5000);
    check(not pair.bus.forward(0, pair.a)); // no second edge for one request
    check(pair.b.next_deadline(5000).at == 5000 + reliable.retry_ticks);
    (void)pair.a.poll(5000);
    check(pair.bus.is_busy(0));
    (void)pair.a.poll(5000 + reliable.retry_ticks - 1);
    check(pair.bus.is_busy(0) and pair.a.counts()[rpmsg::counter::bad_frame] == 0);
    return true;
}
/// The transfer begins in `commit`, and the next poll does not abort it.
constexpr auto a_transfer_outside_of_poll_is_not_late() -> bool {
    auto pair = connected<reliable>{};
    send(pair.b);
    (void)pair.bus.forward(0, pair.a);
    send(pair.a);
    check(pair.bus.is_busy(0));
    (void)pair.a.poll(5000);
    check(pair.bus.is_busy(0) and pair.a.counts()[rpmsg::counter::bad_frame] == 0);
    return true;
}
/// Number of ticks after the loss of the peer until the link is down, or closed.
template <spi_config Config> constexpr auto ticks_until_down(bool closes, bool controller_stays) -> rpmsg::ticks {
    auto pair = connected<Config>{};
    rpmsg::ticks now = 0;
    auto const lasts = [&](auto& side) {
        closes ? side.close() : send(side);
        auto is_over = false;
        while (not is_over) {
            check((now += 10) < 100'000);
            auto const change = side.poll(now);
            is_over = closes ? side.is_closed() : change.reason == rpmsg::down_reason::broken;
        }
    };
    if (controller_stays) {
        lasts(pair.a);
    } else {
        lasts(pair.b);
    }
    return now;
}
/// DMA reports completion, and has written nothing.
struct forgetful_end : rpmsg::testing::spi_bus_end<spi_role::controller, nuttx.frame_size> {
    using spi_bus_end::spi_bus_end;
    bool forgets{};
    std::array<std::byte, nuttx.frame_size> elsewhere{};
    constexpr auto start_transfer(rpmsg::const_bytes out, rpmsg::bytes in) -> void {
        spi_bus_end::start_transfer(out, forgets ? rpmsg::bytes{elsewhere} : in);
    }
};
constexpr auto what_a_transfer_left_is_not_heard_twice() -> bool {
    auto pair = bus_of_two<nuttx>{};
    auto a = rpmsg::spi<nuttx, forgetful_end>{pair.frames, forgetful_end{pair.bus}};
    auto b = pair.peripheral();
    check(a.start().has_value() and b.start().has_value());
    auto const look = [&] {
        (void)pair.bus.run();
        (void)pair.bus.forward(0, a);
        (void)pair.bus.forward(1, b);
        (void)b.poll(0);
        (void)a.poll(0);
    };
    for (auto i = 0; i < 12; ++i) {
        look();
    }
    auto heard = 0;
    for (auto i = 0; i < 8; ++i) { // every buffer has held a message then
        send(b);
        for (auto n = 0; n < 4; ++n) {
            look();
        }
        auto const got = a.receive();
        heard += got.outcome == rpmsg::rx_outcome::message ? 1 : 0;
        a.release(got.token);
    }
    check(heard == 8);
    a.port().forgets = true;
    send(a);
    for (auto n = 0; n < 4; ++n) {
        look();
    }
    check(a.receive().outcome == rpmsg::rx_outcome::none and a.counts()[rpmsg::counter::bad_frame] > 0);
    return true;
}
/// DMA has moved all bytes and never reports completion.
struct silent_end : rpmsg::testing::spi_bus_end<spi_role::controller, nuttx.frame_size> {
    using spi_bus_end::spi_bus_end;
    bool is_silent{};
    constexpr auto progress() const -> rpmsg::spi_progress {
        return is_silent ? rpmsg::spi_progress::busy : spi_bus_end::progress();
    }
};
constexpr auto what_a_transfer_that_is_given_up_brought_is_not_heard() -> bool {
    auto pair = bus_of_two<nuttx>{};
    auto a = rpmsg::spi<nuttx, silent_end>{pair.frames, silent_end{pair.bus}};
    auto b = pair.peripheral();
    check(a.start().has_value() and b.start().has_value());
    auto const look = [&](rpmsg::ticks now) {
        (void)pair.bus.run();
        (void)pair.bus.forward(0, a);
        (void)pair.bus.forward(1, b);
        (void)b.poll(now);
        (void)a.poll(now);
    };
    for (auto i = 0; i < 12; ++i) {
        look(0);
    }
    send(b);
    (void)pair.bus.forward(0, a);
    (void)a.poll(0);
    check(pair.bus.is_busy(0));
    a.port().is_silent = true;
    check(pair.bus.run());
    (void)a.poll(nuttx.retry_ticks);
    a.port().is_silent = false;
    check(a.counts()[rpmsg::counter::bad_frame] == 1);
    return a.receive().outcome == rpmsg::rx_outcome::none;
}
/// The line of the peripheral stays high after a transfer: the controller makes a transfer in the end, without a message.
constexpr auto a_line_that_stays_high_costs_no_message() -> bool {
    auto pair = connected<nuttx>{};
    send(pair.a);
    (void)pair.bus.forward(1, pair.b);
    (void)pair.b.poll(0);
    (void)pair.bus.forward(0, pair.a);
    (void)pair.a.poll(0);
    (void)pair.bus.run();
    (void)pair.bus.forward(0, pair.a);
    (void)pair.a.poll(0); // the peripheral has not polled yet: its line is high, and it is not ready
    check(pair.bus.is_requesting(1) and not pair.bus.is_busy(1));
    send(pair.a);
    rpmsg::ticks now = nuttx.retry_ticks;
    (void)pair.a.poll(0);
    (void)pair.a.poll(now);
    check(pair.bus.is_busy(0));
    auto heard = 0;
    for (auto i = 0; i < 12; ++i) {
        pair.look(now += nuttx.retry_ticks);
        heard += pair.b.receive().outcome == rpmsg::rx_outcome::message ? 1 : 0;
    }
    check(heard == 2);
    return true;
}
/// The transfer that announces free buffers fails: they are announced again, although no message waits.
template <spi_config Config> constexpr auto room_is_told_again() -> bool {
    auto pair = connected<Config>{};
    auto held = std::array<rpmsg::rx_token, Config.receive_buffers>{};
    auto count = 0u;
    for (auto i = 0; i < 60; ++i) { // until the controller has no room left
        if (pair.b.writable()) {
            send(pair.b);
        }
        pair.look(0);
        if (auto const got = pair.a.receive(); got.outcome == rpmsg::rx_outcome::message) {
            held[count++] = got.token;
        }
    }
    check(count > 2 and not pair.bus.is_busy(0) and not pair.bus.is_requesting(0));
    for (auto n = 0u; n < count; ++n) {
        pair.a.release(held[n]);
    }
    pair.a.flush();
    check(pair.bus.is_requesting(0) and pair.bus.forward(1, pair.b));
    (void)pair.b.poll(0);
    check(pair.bus.forward(0, pair.a));
    (void)pair.a.poll(0);
    check(pair.bus.is_busy(0) and not pair.bus.is_requesting(0));
    pair.bus.abandon(0);
    pair.bus.abandon(1);
    pair.bus.request(1, false); // and a peer without credit requests nothing
    (void)pair.a.poll(0);
    return pair.bus.is_requesting(0) and pair.a.next_deadline(0).is_set;
}

/// A message is sent and the clock jumps, for ever or for some ticks: the message arrives within one retry, and a clock that
/// goes back aborts no transfer.
template <spi_config Config> constexpr auto a_clock_that_jumps_delays_by_one_retry() -> bool {
    for (auto const wrong_for : {0u, 10u}) {
        for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
            for (auto const by : {jump, 0u - jump}) {
                auto pair = connected<Config>{};
                rpmsg::ticks now = 500;
                pair.look(now);
                send(pair.a);
                (void)pair.a.poll(now);
                for (rpmsg::ticks passed = 0; passed < wrong_for; passed += 5) {
                    (void)pair.a.poll(now + by + passed);
                    (void)pair.b.poll(now + by + passed);
                }
                now += wrong_for > 0 ? wrong_for : by;
                (void)pair.a.poll(now);
                auto const due = pair.a.next_deadline(now);
                check(due.is_set and rpmsg::has_passed(due.at, now + Config.retry_ticks));
                for (auto i = 0; i < 12; ++i) {
                    pair.look(now + Config.retry_ticks / 4 * static_cast<rpmsg::ticks>(i));
                }
                check(pair.b.receive().outcome == rpmsg::rx_outcome::message);
                check(pair.a.counts()[rpmsg::counter::bad_frame] == 0);
                auto const before = pair.bus.transfers();
                for (auto i = 0; i < 40; ++i) { // a clock that stands still
                    pair.look(now + 3 * Config.retry_ticks);
                }
                check(pair.bus.transfers() - before < 4);
            }
        }
    }
    return true;
}

/// An edge is missed and the clock jumps: the request is repeated within one retry, and not before its time.
constexpr auto a_clock_that_jumps_delays_a_request_by_one_retry() -> bool {
    for (rpmsg::ticks jump = 1; jump != 0; jump <<= 1) {
        for (auto const by : {jump, 0u - jump}) {
            auto pair = connected<nuttx>{};
            (void)pair.a.poll(500);
            send(pair.a);
            (void)pair.a.poll(500);
            check(pair.bus.forward(1, pair.b)); // this edge is missed
            auto const now = 500 + by;
            for (int i = 0; i < 2; ++i) { // before the next poll, and after it
                auto const due = pair.a.next_deadline(now);
                check(due.is_set and rpmsg::has_passed(due.at, now + nuttx.retry_ticks));
                (void)pair.a.poll(now);
            }
            (void)pair.a.poll(now + nuttx.retry_ticks);
            check(pair.bus.forward(1, pair.b)); // then, or at once where the clock went ahead
        }
    }
    return true;
}

constexpr auto unchecked = [] {
    auto config = nuttx;
    config.is_checked = false;
    return config;
}();
/// An end that requires a check refuses a peer without one, reports it once, and requests transfers rarely. After the peer is
/// replaced the link comes up.
template <spi_role Strict> constexpr auto a_peer_without_a_check_is_refused_in_words() -> bool {
    constexpr auto other = Strict == spi_role::controller ? spi_role::peripheral : spi_role::controller;
    auto pair = bus_of_two<nuttx>{};
    auto others = rpmsg::spi_storage<unchecked>{};
    auto strict = rpmsg::spi<nuttx, bus_of_two<nuttx>::port<Strict>>{pair.frames, bus_of_two<nuttx>::port<Strict>{pair.bus}};
    auto lax = rpmsg::spi<unchecked, bus_of_two<nuttx>::port<other>>{others, bus_of_two<nuttx>::port<other>{pair.bus}};
    check(strict.start().has_value() and lax.start().has_value());
    rpmsg::ticks now = 0;
    auto told = 0;
    auto polls = 0;
    auto const run = [&](auto& peer, rpmsg::ticks duration) {
        for (auto const end = now + duration; now != end; ++now) {
            for (auto i = 0; i < 6; ++i) {
                (void)pair.bus.run();
                auto const rang = pair.bus.forward(Strict == spi_role::controller ? 0 : 1, strict);
                (void)pair.bus.forward(Strict == spi_role::controller ? 1 : 0, peer);
                auto const due = strict.next_deadline(now);
                if (rang or (due.is_set and rpmsg::has_passed(due.at, now))) {
                    auto const change = strict.poll(now);
                    told += change.reason == rpmsg::down_reason::incompatible ? 1 : 0;
                    ++polls;
                }
                (void)peer.poll(now);
            }
        }
    };
    run(lax, 1000);
    check(told == 1 and strict.mismatch() == rpmsg::config_mismatch::no_check);
    check(pair.bus.transfers() <= 8 + 2 * 1000 / nuttx.retry_ticks and polls < 100);
    run(lax, 1000);
    check(told == 1 and pair.bus.transfers() <= 8 + 2 * 2000 / nuttx.retry_ticks and polls < 200);
    auto sound = rpmsg::spi<nuttx, bus_of_two<nuttx>::port<other>>{pair.other_frames, bus_of_two<nuttx>::port<other>{pair.bus}};
    lax.close();
    check(sound.start().has_value());
    run(sound, 1000);
    check(told == 1 and strict.mismatch() == rpmsg::config_mismatch::none and strict.writable() and sound.writable());
    return true;
}

/// Wires on which every byte arrives as `Value`, while `is_stuck`.
template <unsigned Value> struct stuck_wires : rpmsg::testing::sound_wires {
    bool is_stuck = true;
    constexpr auto carry(std::uint32_t, rpmsg::bytes frame) -> void {
        if (is_stuck) {
            std::fill(frame.begin(), frame.end(), static_cast<std::byte>(Value));
        }
    }
};
template <unsigned Value> constexpr auto frames_that_say_nothing_are_rare() -> bool {
    auto pair = bus_of_two<nuttx, stuck_wires<Value>>{};
    auto a = pair.controller();
    auto b = pair.peripheral();
    check(a.start().has_value() and b.start().has_value());
    rpmsg::ticks now = 0;
    auto const run = [&](rpmsg::ticks duration) {
        for (auto const end = now + duration; now != end; ++now) {
            for (auto i = 0; i < 4; ++i) {
                (void)pair.bus.run();
                (void)pair.bus.forward(0, a);
                (void)pair.bus.forward(1, b);
                check(b.poll(now).reason != rpmsg::down_reason::incompatible);
                check(a.poll(now).reason != rpmsg::down_reason::incompatible);
            }
        }
    };
    run(2000);
    check(pair.bus.transfers() <= 8 + 2 * 2000 / nuttx.retry_ticks);
    pair.bus.wires().is_stuck = false;
    run(5 * nuttx.retry_ticks);
    return a.writable() and b.writable();
}
/// Buffers that become free while transfers bring invalid frames are announced in time: a deadline is set.
constexpr auto room_is_not_forgotten_after_frames_that_say_nothing() -> bool {
    auto pair = connected<nuttx>{};
    auto held = std::array<rpmsg::rx_token, nuttx.receive_buffers>{};
    auto count = 0u;
    for (auto i = 0; i < 60; ++i) {
        if (pair.b.writable()) {
            send(pair.b);
        }
        pair.look(0);
        if (auto const got = pair.a.receive(); got.outcome == rpmsg::rx_outcome::message) {
            held[count++] = got.token;
        }
    }
    check(count > 2);
    for (auto i = 0; i < 8; ++i) { // the peer has failed, and its line rises now and then
        pair.bus.request(1, false);
        pair.bus.request(1, true);
        (void)pair.bus.forward(0, pair.a);
        (void)pair.a.poll(0);
        pair.bus.abandon(1);
        (void)pair.bus.run();
        (void)pair.a.poll(0);
    }
    pair.bus.request(1, false);
    check(pair.a.counts()[rpmsg::counter::bad_frame] == 8 and not pair.a.next_deadline(0).is_set);
    for (auto n = 0u; n < count; ++n) {
        pair.a.release(held[n]);
    }
    pair.a.flush();
    check(not pair.bus.is_requesting(0) and pair.a.next_deadline(0).is_set);
    (void)pair.a.poll(pair.a.next_deadline(0).at);
    return pair.bus.is_requesting(0);
}
/// A controller with a peripheral that does nothing more: all remaining work sets a deadline.
constexpr auto each_thing_that_is_left_sets_a_deadline() -> bool {
    auto asked = connected<nuttx>{};
    check(not asked.a.next_deadline(0).is_set);
    asked.bus.request(1, true); // and the edge is missed
    check(asked.a.next_deadline(0).is_set);
    auto stuck = connected<nuttx>{};
    send(stuck.b);
    (void)stuck.bus.forward(0, stuck.a);
    (void)stuck.a.poll(0);
    stuck.bus.request(1, false);
    check(stuck.bus.is_busy(0) and not stuck.bus.is_requesting(0) and stuck.a.next_deadline(0).is_set);
    auto full = connected<nuttx>{};
    for (auto i = 0; i < 60; ++i) { // the other end receives nothing: it has no buffers left
        if (full.a.writable()) {
            send(full.a);
        }
        full.look(0);
    }
    check(not full.a.writable() and not full.bus.is_busy(0) and not full.bus.is_requesting(0));
    return full.a.next_deadline(0).is_set;
}

/// Number of transfers in `duration` ticks with a peer that requests the next transfer at once, as NuttX's do, and sends only
/// invalid frames.
template <spi_role Role> constexpr auto transfers_of_an_eager_peer(rpmsg::ticks duration) -> std::uint64_t {
    constexpr auto is_controller = Role == spi_role::controller;
    constexpr auto other = is_controller ? spi_role::peripheral : spi_role::controller;
    constexpr auto which = is_controller ? 1u : 0u;
    auto pair = bus_of_two<nuttx>{};
    auto link = rpmsg::spi<nuttx, bus_of_two<nuttx>::port<Role>>{pair.frames, bus_of_two<nuttx>::port<Role>{pair.bus}};
    auto peer = bus_of_two<nuttx>::port<other>{pair.bus};
    auto out = std::array<std::byte, nuttx.frame_size>{};
    auto in = out;
    rpmsg::store(out, rpmsg::wire::port_header{.check = 0x1234, .command = 1, .length = 8});
    check(link.start().has_value());
    for (rpmsg::ticks now = 0; now < duration; ++now) {
        for (auto i = 0; i < 4; ++i) {
            if (not pair.bus.is_busy(which) and (which == 1 or peer.is_requested())) {
                peer.request(false);
                peer.start_transfer(out, in);
            }
            peer.request(true);
            (void)pair.bus.run();
            (void)pair.bus.forward(1 - which, link);
            check(link.poll(now).event == rpmsg::link_event::none); // noise is no mismatch
        }
    }
    return pair.bus.transfers();
}

/// Number of transfers after a restart of one end until both are up.
template <spi_config Config, spi_role Role> constexpr auto transfers_of_a_restart() -> std::uint64_t {
    auto pair = connected<Config>{};
    auto const before = pair.bus.transfers();
    pair.bus.abandon(Role == spi_role::controller ? 0 : 1);
    pair.bus.request(Role == spi_role::controller ? 0 : 1, false);
    auto frames = rpmsg::spi_storage<Config>{};
    using port = typename bus_of_two<Config>::template port<Role>;
    auto fresh = rpmsg::spi<Config, port>{frames, port{pair.bus}};
    check(fresh.start().has_value());
    auto const run = [&](auto& controller, auto& peripheral, auto& stays) {
        auto was_down = false;
        for (auto i = 0; not(was_down and fresh.writable() and stays.writable()); ++i) {
            check(i < 100);
            (void)pair.bus.run();
            (void)pair.bus.forward(0, controller);
            (void)pair.bus.forward(1, peripheral);
            was_down = peripheral.poll(0).event == rpmsg::link_event::down or was_down;
            was_down = controller.poll(0).event == rpmsg::link_event::down or was_down;
        }
    };
    if constexpr (Role == spi_role::controller) {
        run(fresh, pair.b, pair.b);
    } else {
        run(pair.a, fresh, pair.a);
    }
    return pair.bus.transfers() - before;
}
/// The edge is not reported: the level of the line is used after half a retry.
constexpr auto a_missed_edge_costs_half_a_retry() -> bool {
    auto pair = connected<nuttx>{};
    (void)pair.a.poll(0);
    pair.bus.request(1, true);
    auto const due = pair.a.next_deadline(0);
    check(due.is_set and due.at == nuttx.retry_ticks / 2);
    (void)pair.a.poll(due.at - 1);
    check(not pair.bus.is_busy(0));
    (void)pair.a.poll(due.at);
    return pair.bus.is_busy(0);
}
} // namespace

TEST_CASE("each thing that is left over SPI sets a deadline") { CHECK(each_thing_that_is_left_sets_a_deadline()); }

TEST_CASE("an end that restarts is up after a few transfers") {
    CHECK(transfers_of_a_restart<reliable, spi_role::controller>() <= 3);
    CHECK(transfers_of_a_restart<reliable, spi_role::peripheral>() <= 3);
    CHECK(transfers_of_a_restart<openvela, spi_role::controller>() <= 3);
    CHECK(transfers_of_a_restart<openvela, spi_role::peripheral>() <= 3);
    CHECK(transfers_of_a_restart<nuttx, spi_role::controller>() <= 6); // silent transfers for NuttX
    CHECK(transfers_of_a_restart<nuttx, spi_role::peripheral>() <= 3);
}

TEST_CASE("a clock that jumps delays a transfer by one retry") {
    CHECK(a_clock_that_jumps_delays_by_one_retry<nuttx>());
    CHECK(a_clock_that_jumps_delays_by_one_retry<reliable>());
    CHECK(a_clock_that_jumps_delays_a_request_by_one_retry());
}

TEST_CASE("a peer without a check is refused in words where one is required, and asked rarely") {
    CHECK(a_peer_without_a_check_is_refused_in_words<spi_role::controller>());
    CHECK(a_peer_without_a_check_is_refused_in_words<spi_role::peripheral>());
}

TEST_CASE("transfers that bring frames which say nothing are rare, and the first that says something ends that") {
    constexpr auto most = 8 + 2000 / nuttx.retry_ticks + 1;
    CHECK(transfers_of_an_eager_peer<spi_role::controller>(2000) <= most);
    CHECK(transfers_of_an_eager_peer<spi_role::peripheral>(2000) <= most);
    CHECK(frames_that_say_nothing_are_rare<0xff>());
    CHECK(frames_that_say_nothing_are_rare<0>());
    CHECK(frames_that_say_nothing_are_rare<0x55>());
}

TEST_CASE("after a silence a transfer is as young as any") {
    STATIC_REQUIRE(a_silence_makes_no_transfer_late());
    STATIC_REQUIRE(a_transfer_outside_of_poll_is_not_late());
}

TEST_CASE("a peer that never answers takes the link down, and a close does not wait for it for ever") {
    CHECK(ticks_until_down<nuttx>(false, true) <= (nuttx.patience + 4u) * nuttx.retry_ticks);
    CHECK(ticks_until_down<reliable>(false, false) <= (reliable.patience + 4u) * reliable.retry_ticks);
    CHECK(ticks_until_down<nuttx>(true, true) <= 12 * nuttx.retry_ticks);
    CHECK(ticks_until_down<reliable>(true, false) <= 12 * reliable.retry_ticks);
}

TEST_CASE("a transfer that wrote nothing says nothing") { STATIC_REQUIRE(what_a_transfer_left_is_not_heard_twice()); }

TEST_CASE("a request line that stays high costs no message") { STATIC_REQUIRE(a_line_that_stays_high_costs_no_message()); }

TEST_CASE("free buffers are announced again when the transfer that announced them has failed") {
    CHECK(room_is_not_forgotten_after_frames_that_say_nothing());
    CHECK(room_is_told_again<nuttx>());
    CHECK(room_is_told_again<reliable>());
}

TEST_CASE("a link that has nothing to say is silent") {
    STATIC_REQUIRE(transfers_of_an_idle_link<nuttx>() == 0);
    STATIC_REQUIRE(transfers_of_an_idle_link<reliable>() == 0);
}

TEST_CASE("a side whose peer never comes only asks") { STATIC_REQUIRE(asks_in_vain()); }

TEST_CASE("an edge that a controller missed costs half a retry") { STATIC_REQUIRE(a_missed_edge_costs_half_a_retry()); }

TEST_CASE("an end that restarts requests a transfer at once, even if all earlier frames were invalid") {
    auto pair = bus_of_two<nuttx, stuck_wires<0xff>>{};
    auto a = pair.controller();
    auto b = pair.peripheral();
    REQUIRE(a.start());
    REQUIRE(b.start());
    for (auto i = 0; i < 200; ++i) {
        (void)pair.bus.run();
        (void)pair.bus.forward(0, a);
        (void)pair.bus.forward(1, b);
        (void)b.poll(0);
        (void)a.poll(0);
    }
    REQUIRE(a.counts()[rpmsg::counter::bad_frame] == 8); // enough of them
    a.close();
    b.close();
    CHECK_FALSE(pair.bus.is_requesting(0));
    pair.bus.request(1, false);
    REQUIRE(a.start());
    CHECK(pair.bus.is_requesting(0));
}

TEST_CASE("a peer that computes no check is reported again after the next start") {
    auto pair = bus_of_two<nuttx>{};
    auto others = rpmsg::spi_storage<unchecked>{};
    auto strict = pair.controller();
    using port = bus_of_two<nuttx>::port<spi_role::peripheral>;
    auto lax = rpmsg::spi<unchecked, port>{others, port{pair.bus}};
    REQUIRE(lax.start());
    rpmsg::ticks now = 0;
    for (auto life = 0; life < 2; ++life) {
        REQUIRE(strict.start());
        CHECK(strict.mismatch() == rpmsg::config_mismatch::none);
        auto told = 0;
        for (auto i = 0; i < 4000; ++i) {
            (void)pair.bus.run();
            (void)pair.bus.forward(0, strict);
            (void)pair.bus.forward(1, lax);
            now += i % 4 == 0 ? 1 : 0;
            (void)lax.poll(now);
            told += strict.poll(now).reason == rpmsg::down_reason::incompatible ? 1 : 0;
        }
        CHECK(told == 1);
        CHECK(strict.mismatch() == rpmsg::config_mismatch::no_check);
        strict.close();
    }
}

TEST_CASE("a frame of an aborted transfer is not received") {
    STATIC_REQUIRE(what_a_transfer_that_is_given_up_brought_is_not_heard());
}
