// DESIGN: whenever work is left that an end can do, a poll is pending, a doorbell will ring, or a deadline is set.
#include "liveness.hpp"

#include <catch2/catch_test_macros.hpp>

#include "pair.hpp"
#include <algorithm>

namespace {
using namespace spi_tests;
using liveness::flaw;

constexpr auto small_of(spi_profile profile) -> spi_config {
    return {
        .frame_size = 80, .transmit_buffers = 2, .receive_buffers = 3, .profile = profile, .retry_ticks = 10, .patience = 16};
}

/// Wires that damage the next frames and swallow the next edges.
struct bad_wires : rpmsg::testing::sound_wires {
    unsigned damaged{};
    unsigned swallowed{};

    auto carry(std::uint32_t, rpmsg::bytes frame) -> void {
        if (damaged > 0) {
            --damaged;
            std::fill(frame.begin(), frame.end(), std::byte{});
        }
    }
    auto passes_edge(std::uint32_t) -> bool {
        auto const passes = swallowed == 0;
        swallowed -= passes ? 0 : 1;
        return passes;
    }
};

/// Two ends of a bus, each with a main loop that sleeps. The operations of an end: send, poll for one or two messages, hear
/// the interrupts, hold the next message or let it go, close or start; then a transfer, frames that are damaged, an edge that
/// is missed; and time passes.
template <spi_config Config, flaw Flaw = flaw::none> class world {
    using pair = bus_of_two<Config, bad_wires>;
    template <spi_role Role> using transport = liveness::flawed<rpmsg::spi<Config, typename pair::template port<Role>>, Flaw>;
    template <spi_role Role>
    using channel = rpmsg::channel<transport<Role>, decltype(liveness::table_of(std::declval<liveness::log&>()))>;
    using controller = channel<spi_role::controller>;
    using peripheral = channel<spi_role::peripheral>;
    template <spi_role Role> auto port() { return typename pair::template port<Role>{pair_.bus}; }

    pair pair_{};
    liveness::log log_[2]{};
    rpmsg::ticks now_{};
    bool is_closed_[2]{};
    bool was_closed_{};
    bool is_told_{}; ///< one end has closed a link that was up, and that was all
    bool has_lost_{};
    bool is_late_{}; ///< a request may be repeated while its transfer begins: then the next finds nobody ready
    controller a_{transport<spi_role::controller>{pair_.frames, port<spi_role::controller>()}, liveness::table_of(log_[0])};
    peripheral b_{transport<spi_role::peripheral>{pair_.other_frames, port<spi_role::peripheral>()},
                  liveness::table_of(log_[1])};
    liveness::ends<controller, peripheral> ends_{a_, b_, log_[0], log_[1], now_};

    auto settle() -> bool {
        return ends_.settle([&] {
            auto const moved = pair_.bus.run();
            auto const rang = pair_.bus.forward(0, a_);
            return pair_.bus.forward(1, b_) or rang or moved;
        });
    }
    auto toggle(unsigned who, auto& link) -> void {
        if (is_closed_[who]) {
            check(link.start().has_value());
        } else {
            link.close();
        }
        is_told_ = not was_closed_;
        is_closed_[who] = not is_closed_[who];
        was_closed_ = true;
        (void)link.poll(now_);
    }
    auto act_on(unsigned operation, unsigned who, auto& link) -> void {
        switch (operation) {
        case 0: ends_.send(link, log_[who]); break;
        case 1: (void)link.poll({.messages = 1}, now_); break;
        case 2: (void)link.poll({.messages = 2}, now_); break;
        case 3: (void)pair_.bus.forward(who, link); break;
        case 4: ends_.hold_or_release(log_[who]); break;
        default: toggle(who, link); break;
        }
    }

  public:
    static constexpr unsigned operations = 16;

    world() {
        check(a_.start().has_value() and b_.start().has_value());
        (void)a_.poll(now_);
        (void)b_.poll(now_);
        if (Flaw == flaw::none) {
            check(settle() and a_.is_up() and b_.is_up());
        }
        for (auto i = 0; Flaw != flaw::none and i < 12; ++i) {
            (void)pair_.turn(a_, b_, now_ += 3);
        }
    }
    auto act(unsigned operation) -> void {
        switch (operation) {
        case 12: (void)pair_.bus.run(); break;
        case 13:
            pair_.bus.wires().damaged = 9;
            has_lost_ = true;
            break;
        case 14:
            pair_.bus.wires().swallowed = 1;
            is_late_ = true;
            break;
        case 15: // no interrupt is that late
            (void)pair_.bus.forward(0, a_);
            (void)pair_.bus.forward(1, b_);
            now_ += 7;
            is_late_ = true;
            break;
        default: operation % 2 == 0 ? act_on(operation / 2, 0, a_) : act_on(operation / 2, 1, b_); break;
        }
    }
    /// What is wrong once all has come to rest, or nothing.
    auto finish() -> std::string {
        if (not settle()) {
            return "it does not come to rest";
        }
        if (is_told_ and not has_lost_ and Config.profile != spi_profile::openvela and (a_.is_up() or b_.is_up())) {
            return "the peer's end was not heard";
        }
        for (auto const which : {0u, 1u}) {
            if (is_closed_[which]) {
                act(which + 10);
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
        auto const may_lose = was_closed_ or ((has_lost_ or is_late_) and Config.profile != spi_profile::reliable);
        auto const downs = a_.counts()[rpmsg::counter::link_down] + b_.counts()[rpmsg::counter::link_down];
        for (auto const which : {0u, 1u}) {
            if (not may_lose and downs == 0 and log_[1 - which].sent != log_[which].heard) {
                return "a message is left";
            }
            if (log_[which].wrong > 0 and not was_closed_ and downs == 0) {
                return "a message came twice or late";
            }
            if (log_[which].is_starved) {
                return "nobody told of room";
            }
        }
        pair_.bus.wires() = {};
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

template <spi_profile Profile> auto finds_nothing() -> void {
    using here = world<small_of(Profile)>;
    auto found = liveness::search_all<here>(3);
    if (not found) {
        found = liveness::search_some<here>(30'000, 16);
    }
    if (found) {
        found->print("spi");
    }
    CHECK_FALSE(found.has_value());
}
template <flaw Flaw> auto is_found() -> bool {
    auto const is_in = [](auto const& found, char const* name) {
        if (found) {
            found->print(name);
        }
        return found.has_value();
    };
    return is_in(liveness::search_all<world<small_of(spi_profile::reliable), Flaw>>(3), "reliable") or
           is_in(liveness::search_all<world<small_of(spi_profile::nuttx), Flaw>>(3), "nuttx") or
           is_in(liveness::search_some<world<small_of(spi_profile::reliable), Flaw>>(5000, 16), "reliable") or
           is_in(liveness::search_some<world<small_of(spi_profile::nuttx), Flaw>>(5000, 16), "nuttx");
}

} // namespace

TEST_CASE("spi: no work is left that nobody is told of") {
    finds_nothing<spi_profile::reliable>();
    finds_nothing<spi_profile::nuttx>();
    finds_nothing<spi_profile::openvela>();
}

TEST_CASE("wake-ups that are lost over SPI are found") {
    CHECK(is_found<flaw::forgets_line>());
    CHECK(is_found<flaw::forgets_retry>());
    CHECK(is_found<flaw::late_retry>());
    CHECK(is_found<flaw::hides_end>());
    CHECK(is_found<flaw::stops_early>());
    CHECK(is_found<flaw::never_flushes>());
    CHECK(is_found<flaw::forgets_room>());
}
