#include <rpmsg/transport/spi.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "spi/pair.hpp"
#include <array>
#include <cstddef>
#include <cstdint>

namespace {
using namespace spi_tests;
using rpmsg::counter;
using rpmsg::down_reason;
using rpmsg::link_event;
using rpmsg::rx_outcome;

/// Two bare transports, with the last link changes that their polls returned.
template <spi_config Config, typename Wires = rpmsg::testing::sound_wires> struct two_ends : bus_of_two<Config, Wires> {
    typename bus_of_two<Config, Wires>::controller_end a = this->controller();
    typename bus_of_two<Config, Wires>::peripheral_end b = this->peripheral();
    rpmsg::link_change of_a{};
    rpmsg::link_change of_b{};

    constexpr auto settle(rpmsg::ticks now = 0) -> void {
        auto const keep = [](rpmsg::link_change& last, rpmsg::link_change change) {
            last = change.event != link_event::none ? change : last;
            return change.event != link_event::none;
        };
        for (auto idle = 0; idle < 2;) {
            auto const moved = this->bus.run();
            auto const rang = this->bus.forward(0, a);
            auto const rang_there = this->bus.forward(1, b);
            auto const changed = keep(of_a, a.poll(now));
            idle = keep(of_b, b.poll(now)) or changed or moved or rang or rang_there ? 0 : idle + 1;
        }
    }
    constexpr auto start() -> void {
        check(a.start().has_value() and b.start().has_value());
        settle();
        check(of_a.event == link_event::up and of_b.event == link_event::up);
    }
};
constexpr auto send(auto& from, rpmsg::const_bytes payload) -> bool {
    auto const room = from.reserve();
    if (not room) {
        return false;
    }
    rpmsg::copy(payload, room.space);
    return from.commit(room, {.source = rpmsg::address{1}, .length = static_cast<std::uint16_t>(payload.size())});
}
constexpr auto hears(auto& to, rpmsg::const_bytes payload) -> bool {
    auto const got = to.receive();
    auto const right = got.outcome == rx_outcome::message and same(got.payload, payload);
    if (got.outcome == rx_outcome::message) {
        to.release(got.token);
    }
    return right;
}

template <spi_config Config> constexpr auto lends_and_delivers_like_a_link() -> bool {
    auto pair = two_ends<Config>{};
    check(not pair.a.reserve() and not pair.a.writable());
    pair.start();
    check(pair.a.tx_limit() <= pair.a.rx_limit() and pair.a.rx_limit() + 16 == pair.a.max_frame);
    auto rooms = std::array<rpmsg::tx_buffer, Config.transmit_buffers>{};
    for (auto& room : rooms) {
        check(pair.a.writable());
        room = pair.a.reserve();
        check(room.space.size() == pair.a.tx_limit());
    }
    check(not pair.a.reserve() and not pair.a.writable());
    for (auto const& room : rooms) {
        pair.a.discard(room);
    }
    check(send(pair.a, "one"_payload) and send(pair.b, "two"_payload));
    pair.settle();
    check(hears(pair.b, "one"_payload) and hears(pair.a, "two"_payload));
    check(pair.a.receive().outcome == rx_outcome::none);
    pair.settle();
    check(pair.a.writable() and not pair.a.next_deadline(0).is_set and not pair.b.next_deadline(0).is_set);
    return true;
}

/// The receiver takes nothing: the sender stops at its credit, and continues when there is room.
template <spi_config Config> constexpr auto credits_hold_a_sender_back() -> bool {
    auto pair = two_ends<Config>{};
    pair.start();
    std::uint32_t sent = 0;
    for (auto i = 0; i < 40; ++i) {
        sent += send(pair.a, numbered<8>(sent)) ? 1u : 0u;
        pair.settle();
    }
    check(sent >= 1 and sent <= Config.receive_buffers + Config.transmit_buffers);
    check(pair.bus.transfers() < 40 + 3 * sent and not pair.a.writable());
    check(pair.a.next_deadline(0).is_set);
    std::uint32_t got = 0;
    while (hears(pair.b, numbered<8>(got))) {
        ++got;
        pair.settle();
    }
    check(got == sent and pair.b.counts()[counter::bad_frame] == 0 and pair.a.writable());
    return true;
}

constexpr auto a_close_is_told_and_a_start_begins_anew() -> bool {
    auto pair = two_ends<nuttx>{};
    pair.start();
    check(send(pair.b, "last"_payload) and send(pair.b, "unsent"_payload));
    pair.a.close();
    check(not pair.a.is_closed() and not pair.a.reserve());
    pair.settle();
    check(pair.a.is_closed() and pair.of_b.event == link_event::down and pair.of_b.reason == down_reason::peer_stopped);
    check(not pair.b.next_deadline(0).is_set and pair.b.counts()[counter::link_down] == 1);
    auto const quiet = pair.bus.transfers();
    pair.settle(1000);
    check(pair.bus.transfers() == quiet);
    check(pair.a.start().has_value());
    pair.settle(1000);
    check(pair.of_a.event == link_event::up and pair.of_b.event == link_event::up);
    check(pair.b.receive().outcome == rx_outcome::none and pair.a.receive().outcome == rx_outcome::none);
    pair.b.close();
    pair.settle(1000);
    check(pair.of_a.reason == down_reason::peer_stopped and pair.b.is_closed());
    return true;
}

template <spi_config Config> constexpr auto a_restart_is_seen_after_the_last_message() -> bool {
    auto pair = two_ends<Config>{};
    pair.start();
    check(send(pair.b, "before"_payload));
    pair.settle();
    auto again = pair.peripheral();
    check(send(pair.a, "lost"_payload) and again.start().has_value());
    auto change = rpmsg::link_change{};
    for (auto i = 0; i < 4; ++i) {
        (void)pair.bus.run();
        (void)pair.bus.forward(0, pair.a);
        (void)pair.bus.forward(1, again);
        check(again.poll(0).event == link_event::none and pair.a.poll(0).event == link_event::none);
    }
    check(hears(pair.a, "before"_payload) and pair.a.receive().outcome == rx_outcome::ended);
    change = pair.a.poll(0);
    check(change.event == link_event::down and change.reason == down_reason::peer_restarted);
    check(change.unreturned == (Config.profile == spi_profile::reliable ? 1 : 0));
    auto ups = 0;
    for (auto i = 0; i < 10; ++i) {
        (void)pair.bus.run();
        (void)pair.bus.forward(0, pair.a);
        (void)pair.bus.forward(1, again);
        ups += again.poll(0).event == link_event::up ? 1 : 0;
        ups += pair.a.poll(0).event == link_event::up ? 1 : 0;
    }
    check(ups == 2 and send(pair.a, "new"_payload));
    pair.bus.run();
    for (auto i = 0; i < 6; ++i) {
        (void)pair.bus.run();
        (void)pair.bus.forward(0, pair.a);
        (void)pair.bus.forward(1, again);
        (void)again.poll(0);
        (void)pair.a.poll(0);
    }
    check(hears(again, "new"_payload));
    return true;
}

struct stuck_line : rpmsg::testing::sound_wires {
    bool is_stuck{};
    std::byte value{};
    constexpr auto carry(std::uint32_t from, rpmsg::bytes frame) -> void {
        for (auto& each : frame) {
            each = is_stuck and from == 1 ? value : each;
        }
    }
};
constexpr auto a_line_that_is_stuck_takes_the_link_down(std::byte value) -> bool {
    auto pair = two_ends<nuttx, stuck_line>{};
    pair.start();
    pair.bus.wires().is_stuck = true;
    pair.bus.wires().value = value;
    auto const before = pair.bus.transfers();
    rpmsg::ticks now = 0;
    while (pair.of_a.event != link_event::down and now < 100'000) {
        (void)send(pair.a, "x"_payload);
        pair.settle(now += nuttx.retry_ticks + 1);
        while (hears(pair.b, "x"_payload)) {}
    }
    check(pair.of_a.reason == down_reason::broken and pair.bus.transfers() - before <= 2u * nuttx.patience);
    auto const broken = pair.bus.transfers();
    pair.settle(now); // no storm of attempts
    check(pair.bus.transfers() - broken < 20);
    pair.bus.wires().is_stuck = false;
    for (auto i = 0; i < 4; ++i) {
        pair.settle(now += nuttx.retry_ticks + 1);
    }
    check(pair.of_a.event == link_event::up and pair.of_b.event == link_event::up);
    return true;
}

struct deaf_wires : rpmsg::testing::sound_wires {
    constexpr auto passes_edge(std::uint32_t) -> bool { return false; }
};
constexpr auto no_edge_at_all_is_only_slow() -> bool {
    auto pair = two_ends<reliable, deaf_wires>{};
    check(pair.a.start().has_value() and pair.b.start().has_value());
    rpmsg::ticks now = 0;
    for (auto i = 0; i < 10; ++i) {
        pair.settle(now += reliable.retry_ticks + 1);
    }
    check(send(pair.a, "down"_payload) and send(pair.b, "up"_payload));
    for (auto i = 0; i < 4; ++i) {
        pair.settle(now += reliable.retry_ticks + 1);
    }
    check(hears(pair.b, "down"_payload) and hears(pair.a, "up"_payload));
    return true;
}

/// A controller whose DMA never completes.
constexpr auto a_transfer_that_never_ends_is_given_up() -> bool {
    auto pair = two_ends<nuttx>{};
    pair.start();
    check(send(pair.a, "x"_payload));
    (void)pair.b.poll(0); // the peripheral gets ready
    (void)pair.bus.forward(0, pair.a);
    (void)pair.a.poll(0);
    check(pair.bus.is_busy(0) and pair.a.next_deadline(0).at == nuttx.retry_ticks);
    check(pair.a.poll(nuttx.retry_ticks).event == link_event::none);
    check(not pair.bus.is_busy(0) and pair.a.counts()[counter::bad_frame] == 1);
    return true;
}

/// Records the time of every frame.
struct clocked_end : rpmsg::testing::spi_bus_end<spi_role::controller, nuttx.frame_size> {
    using spi_bus_end::spi_bus_end;
    constexpr auto time_stamp() -> std::uint64_t { return 0x0123'4567'89ab'cdef; }
};
constexpr auto a_clock_stamps_the_frames() -> bool {
    auto pair = bus_of_two<nuttx>{};
    auto a = rpmsg::spi<nuttx, clocked_end>{pair.frames, clocked_end{pair.bus}};
    auto b = pair.peripheral();
    check(a.start().has_value() and b.start().has_value());
    pair.bus.run();
    (void)pair.bus.forward(0, a);
    (void)a.poll(0);
    pair.bus.run();
    auto const stamps = rpmsg::const_bytes{pair.other_frames.receive[0].content}.last(16);
    check(rpmsg::load<std::uint64_t>(stamps) == 0x0123'4567'89ab'cdef);
    return true;
}
/// A commit after the last frame of a peer that closed is not sent and fails at once.
template <spi_config Config> constexpr auto a_loan_of_a_link_that_ended_is_not_sent() -> bool {
    auto pair = two_ends<Config>{};
    pair.start();
    auto const room = pair.a.reserve();
    check(static_cast<bool>(room));
    pair.b.close();
    auto got = pair.a.receive();
    for (auto i = 0; got.outcome != rx_outcome::ended; ++i) {
        check(i < 20);
        (void)pair.bus.run();
        (void)pair.bus.forward(0, pair.a);
        (void)pair.bus.forward(1, pair.b);
        (void)pair.b.poll(0);
        got = pair.a.receive();
    }
    check(not pair.a.writable() and not pair.a.commit(room, {.source = rpmsg::address{1}, .length = 4}));
    auto const down = pair.a.poll(0);
    return down.event == link_event::down and down.reason == down_reason::peer_stopped and down.unreturned == 0;
}
} // namespace

TEST_CASE("SPI is a transport at both ends and in all profiles") {
    STATIC_REQUIRE(rpmsg::transport<bus_of_two<nuttx>::controller_end>);
    STATIC_REQUIRE(rpmsg::transport<bus_of_two<openvela>::peripheral_end>);
    STATIC_REQUIRE(rpmsg::transport<bus_of_two<reliable>::peripheral_end>);
}

TEST_CASE("a link over SPI lends room, delivers and takes back") {
    STATIC_REQUIRE(lends_and_delivers_like_a_link<nuttx>());
    STATIC_REQUIRE(lends_and_delivers_like_a_link<openvela>());
    STATIC_REQUIRE(lends_and_delivers_like_a_link<reliable>());
    STATIC_REQUIRE(lends_and_delivers_like_a_link<smallest>());
}

TEST_CASE("a sender stops at the credit of its peer, and no message is lost without a buffer") {
    STATIC_REQUIRE(credits_hold_a_sender_back<nuttx>());
    STATIC_REQUIRE(credits_hold_a_sender_back<reliable>());
    STATIC_REQUIRE(credits_hold_a_sender_back<smallest>());
    STATIC_REQUIRE(credits_hold_a_sender_back<smallest_reliable>());
}

TEST_CASE("a close is reported to the peer, which then waits for the next start") {
    STATIC_REQUIRE(a_close_is_told_and_a_start_begins_anew());
}

TEST_CASE("a restart of the peer is seen, after the last of its messages") {
    STATIC_REQUIRE(a_restart_is_seen_after_the_last_message<nuttx>());
    STATIC_REQUIRE(a_restart_is_seen_after_the_last_message<reliable>());
}

TEST_CASE("a line that is stuck takes the link down, without a storm, and comes back") {
    STATIC_REQUIRE(a_line_that_is_stuck_takes_the_link_down(std::byte{0}));
    STATIC_REQUIRE(a_line_that_is_stuck_takes_the_link_down(std::byte{0xff}));
}

TEST_CASE("a link whose edges are all missed goes on at intervals") { STATIC_REQUIRE(no_edge_at_all_is_only_slow()); }

TEST_CASE("a transfer that never ends is given up") { STATIC_REQUIRE(a_transfer_that_never_ends_is_given_up()); }

TEST_CASE("frames of NuttX carry the time where the port knows it") { STATIC_REQUIRE(a_clock_stamps_the_frames()); }

TEST_CASE("what is committed to a link over SPI that has ended is refused") {
    STATIC_REQUIRE(a_loan_of_a_link_that_ended_is_not_sent<nuttx>());
    STATIC_REQUIRE(a_loan_of_a_link_that_ended_is_not_sent<reliable>());
}
