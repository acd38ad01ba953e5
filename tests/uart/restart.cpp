// Restarts, bursts and bad peers over whole lines, with channels on top.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <memory>
#include <optional>
#include <random>

namespace {

using rpmsg::channel;
using rpmsg::down_reason;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::event_kind;
using rpmsg::uart_config;
using rpmsg::uart_profile;
using rpmsg::testing::recorder;

constexpr auto nuttx = uart_config{.tx_buffers = 4, .rx_buffers = 4, .payload = 64, .connect_ticks = 50};
constexpr auto reliable = uart_config{.tx_buffers = 4,
                                      .rx_buffers = 4,
                                      .payload = 64,
                                      .profile = uart_profile::reliable,
                                      .connect_ticks = 50,
                                      .resend_ticks = 10};

using wire = rpmsg::testing::line<2048>;
using stream = rpmsg::testing::line_end<wire>;

/// An endpoint that keeps what comes, and answers questions.
auto table_of(recorder& log) {
    return endpoints{endpoint<"talk">(
        [&log](auto& link, rpmsg::message const& m) {
            log.add(m);
            if (m.payload[0] == std::byte{'?'}) {
                link.reply(m, "!"_payload);
            }
        },
        log.events())};
}

/// A machine at one end of a line, which loses its memory when it is started.
template <uart_config Config> class machine {
    using transport = rpmsg::uart<Config, stream>;
    using table_type = decltype(table_of(std::declval<recorder&>()));

    stream line_;
    std::optional<rpmsg::uart_storage<Config>> storage_{};

  public:
    recorder log{};
    std::optional<channel<transport, table_type>> link{};

    explicit machine(stream line) : line_{line} {}
    auto restart(std::uint32_t life) -> void {
        storage_.emplace();
        log = {};
        link.emplace(transport{*storage_, line_}, table_of(log));
        if constexpr (Config.profile == uart_profile::reliable) {
            link->transport().identify(life);
        }
        CHECK(link->start().has_value());
    }
};

template <uart_config Config> struct pair_of_machines {
    wire there{};
    wire back{};
    machine<Config> a{stream{&there, &back}};
    machine<Config> b{stream{&back, &there}};
    std::minstd_rand random{7};
    rpmsg::ticks now{};

    auto restart(machine<Config>& it) -> void { it.restart(static_cast<std::uint32_t>(random())); }
    auto step() -> void {
        ++now;
        there.tick();
        back.tick();
        (void)a.link->poll(now);
        (void)b.link->poll(now);
    }
    auto settle(int steps) -> bool {
        for (int i = 0; i < steps; ++i) {
            step();
            if (a.link->at(0).is_bound() and b.link->at(0).is_bound()) {
                return true;
            }
        }
        return false;
    }
    /// Whether a question of `it` is answered.
    auto answers(machine<Config>& it) -> bool {
        for (int tries = 0; tries < 3; ++tries) { // a restart may still be on its way
            auto const before = it.log.message_count();
            (void)it.link->at(0).send("?"_payload);
            for (int i = 0; i < 60 and it.log.message_count() == before; ++i) {
                step();
            }
            if (it.log.message_count() != before) {
                return true;
            }
        }
        return false;
    }
};

template <uart_config Config> auto both_sides_restart_in_any_order() -> void {
    auto pair = std::make_unique<pair_of_machines<Config>>();
    pair->there.pace(37); // frames are on their way when a side falls
    pair->back.pace(41);
    pair->restart(pair->a);
    pair->restart(pair->b);
    int failed = 0;
    for (int round = 0; round < 1000; ++round) {
        for (int n = 0; n < 6; ++n) {
            (void)pair->a.link->at(0).send("on its way when one of us falls"_payload);
            (void)pair->b.link->at(0).send("this one as well"_payload);
            for (auto steps = pair->random() % 4; steps > 0; --steps) {
                pair->step();
            }
        }
        auto const who = pair->random() % 3;
        if (who != 0) {
            pair->restart(pair->a);
        }
        for (auto steps = pair->random() % 60; steps > 0; --steps) {
            pair->step();
        }
        if (who != 1) {
            pair->restart(pair->b);
        }
        auto const talks = pair->settle(400) and pair->answers(pair->a) and pair->answers(pair->b);
        failed += talks ? 0 : 1;
    }
    CHECK(failed == 0);
}

/// Both send as much as they can, and answer each message with two more, as long as they find room.
template <uart_config Config> auto both_sides_burst() -> void {
    auto pair = std::make_unique<pair_of_machines<Config>>();
    pair->there.pace(100);
    pair->back.pace(100);
    pair->restart(pair->a);
    pair->restart(pair->b);
    REQUIRE(pair->settle(200));
    for (int i = 0; i < 2000; ++i) {
        for (int n = 0; n < 8; ++n) {
            (void)pair->a.link->at(0).send("?"_payload);
            (void)pair->b.link->at(0).send("?"_payload);
        }
        pair->step();
    }
    CHECK(pair->a.log.message_count() > 1000);
    CHECK(pair->b.log.message_count() > 1000);
    for (int i = 0; i < 100; ++i) {
        pair->step();
    }
    CHECK(pair->answers(pair->a));
    CHECK(pair->answers(pair->b));
}

template <uart_config Config> auto after_a_flood_the_next_frame_is_heard(std::byte what) -> void {
    auto pair = std::make_unique<pair_of_machines<Config>>();
    pair->restart(pair->a);
    pair->restart(pair->b);
    REQUIRE(pair->settle(200));
    auto piece = std::array<std::byte, 512>{};
    piece.fill(what);
    for (int i = 0; i < 200; ++i) {
        pair->there.inject(piece);
        pair->step();
    }
    CHECK(pair->b.link->is_up());
    CHECK(pair->answers(pair->a));
}

template <uart_config Config> auto a_stuck_line_is_survived(std::byte value) -> void {
    auto pair = std::make_unique<pair_of_machines<Config>>();
    pair->restart(pair->a);
    pair->restart(pair->b);
    REQUIRE(pair->settle(200));
    pair->there.stick(value);
    pair->back.stick(value);
    for (int i = 0; i < 5000; ++i) {
        (void)pair->a.link->at(0).send("lost"_payload);
        pair->step();
    }
    CHECK((Config.profile == uart_profile::nuttx or not pair->a.link->is_up()));
    pair->there.repair();
    pair->back.repair();
    CHECK(pair->settle(2000));
    CHECK(pair->answers(pair->a));
    CHECK(pair->answers(pair->b));
}

} // namespace

TEST_CASE("nuttx: both sides restart 1000 times, in any order") { both_sides_restart_in_any_order<nuttx>(); }
TEST_CASE("reliable: both sides restart 1000 times, in any order") { both_sides_restart_in_any_order<reliable>(); }

TEST_CASE("nuttx: both sides burst at once and nothing locks up") { both_sides_burst<nuttx>(); }
TEST_CASE("reliable: both sides burst at once and nothing locks up") { both_sides_burst<reliable>(); }

template <uart_config Config> auto what_came_before_the_end_is_delivered() -> void {
    auto pair = std::make_unique<pair_of_machines<Config>>();
    pair->restart(pair->a);
    pair->restart(pair->b);
    REQUIRE(pair->settle(200));
    CHECK(pair->a.link->at(0).send("last words"_payload));
    pair->a.link->close();
    pair->step();
    CHECK(pair->b.log.message_count() == 1);
    pair->step();
    CHECK_FALSE(pair->b.link->is_up());
}

TEST_CASE("What came before the end is delivered") {
    what_came_before_the_end_is_delivered<nuttx>();
    what_came_before_the_end_is_delivered<reliable>();
}

TEST_CASE("A flood without a delimiter is survived") {
    after_a_flood_the_next_frame_is_heard<nuttx>(std::byte{0x41});
    after_a_flood_the_next_frame_is_heard<nuttx>(std::byte{0x7f});
    after_a_flood_the_next_frame_is_heard<reliable>(std::byte{0x41});
    after_a_flood_the_next_frame_is_heard<reliable>(std::byte{0xff});
}

TEST_CASE("reliable: nothing that looks like NuttX's codes has an effect on a connection") {
    for (int code = 0x70; code < 0x80; ++code) {
        after_a_flood_the_next_frame_is_heard<reliable>(static_cast<std::byte>(code));
    }
}

TEST_CASE("A line that is stuck for long comes back") {
    for (auto const value : {std::byte{0x00}, std::byte{0xff}}) {
        a_stuck_line_is_survived<nuttx>(value);
        a_stuck_line_is_survived<reliable>(value);
    }
}

TEST_CASE("Ends of different profiles say so on both sides, whoever starts first") {
    for (auto const nuttx_first : {true, false}) {
        auto there = wire{};
        auto back = wire{};
        auto storage_a = rpmsg::uart_storage<nuttx>{};
        auto storage_b = rpmsg::uart_storage<reliable>{};
        auto a = rpmsg::uart<nuttx, stream>{storage_a, stream{&there, &back}};
        auto b = rpmsg::uart<reliable, stream>{storage_b, stream{&back, &there}};
        b.identify(0x7e7e'7f7e); // all of it codes
        auto refused_a = 0;
        auto refused_b = 0;
        for (rpmsg::ticks now = 0; now < 2000; now += 10) {
            if (now == (nuttx_first ? 0 : 500)) {
                CHECK(a.start().has_value());
            }
            if (now == (nuttx_first ? 500 : 0)) {
                CHECK(b.start().has_value());
            }
            refused_a += a.poll(now).reason == down_reason::incompatible ? 1 : 0;
            refused_b += b.poll(now).reason == down_reason::incompatible ? 1 : 0;
        }
        CHECK(refused_a == 1);
        CHECK(refused_b <= 1); // what is refused falls silent: the other may have heard too little of it
        CHECK((refused_b == 1 or not nuttx_first));
        CHECK_FALSE(a.is_up());
        CHECK_FALSE(b.is_up());
    }
}
