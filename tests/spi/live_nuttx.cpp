// Traffic of an SPI bus between NuttX's simulator and this library, kept as it went by at this end's port: both starts, names,
// requests both ways, NuttX killed and started again, NuttX that says goodbye, this end killed and started again.
#include "spi/live_nuttx.hpp"

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/transport/spi.hpp>

#include <catch2/catch_test_macros.hpp>

#include "interop/live_ping.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace {

using live_nuttx::step;
using rpmsg::spi_role;

constexpr std::uint32_t frame_size = 256;

constexpr auto config_of(spi_role role, bool is_checked) -> rpmsg::spi_config {
    auto name = rpmsg::wire::padded_name{};
    auto const text = std::string_view{role == spi_role::controller ? "proxy" : "server"};
    std::copy(text.begin(), text.end(), name.begin());
    return {.frame_size = frame_size,
            .transmit_buffers = 7,
            .receive_buffers = 8,
            .profile = rpmsg::spi_profile::nuttx,
            .is_checked = is_checked,
            .peer_name = name};
}

/// What NuttX and the lines did, one after the other, and what this end did then.
struct script {
    std::span<step const> steps;
    std::size_t at{};
    bool is_high{};
    std::string wrong{};

    /// The next step, behind what the peer's line did.
    auto next() -> step const& {
        while (at < steps.size() and (steps[at].what == live_nuttx::high or steps[at].what == live_nuttx::low)) {
            is_high = steps[at++].what == live_nuttx::high;
        }
        static constexpr auto end = step{0, live_nuttx::poll, ""};
        return at < steps.size() ? steps[at] : end;
    }
    auto complain(std::string const& what) -> void { wrong += wrong.empty() ? "step " + std::to_string(at) + ": " + what : ""; }
};

/// The port of this end, as a script plays it.
template <spi_role Role> struct played_port {
    static constexpr auto role = Role;
    static constexpr std::uint32_t word_size = 1;

    script* played;
    rpmsg::bytes in{};
    rpmsg::spi_progress state = rpmsg::spi_progress::failed;

    auto start_transfer(rpmsg::const_bytes out, rpmsg::bytes into) -> void {
        in = into;
        state = rpmsg::spi_progress::busy;
        auto const& expected = played->next();
        auto const text = from_digits(expected.digits);
        auto const said = std::string_view{reinterpret_cast<char const*>(out.data()), out.size()};
        if (expected.what != live_nuttx::ours) {
            played->complain("a transfer that there was not");
        } else if (said.substr(0, text.size()) != text) {
            played->complain("another frame");
        }
        played->at += expected.what == live_nuttx::ours ? 1 : 0;
    }
    auto progress() -> rpmsg::spi_progress {
        if (state == rpmsg::spi_progress::busy) {
            auto const& happened = played->next();
            if (happened.what == live_nuttx::theirs) {
                ++played->at;
                auto const text = from_digits(happened.digits);
                std::fill(in.begin(), in.end(), std::byte{});
                rpmsg::copy(std::as_bytes(std::span{text}), in);
                state = rpmsg::spi_progress::done;
            } else if (happened.what == live_nuttx::failed) {
                ++played->at;
                state = rpmsg::spi_progress::failed;
            }
        }
        return state;
    }
    auto abandon() -> void {
        state = rpmsg::spi_progress::failed;
        if (played->next().what == live_nuttx::abandoned) {
            ++played->at;
        }
    }
    auto request(bool) -> void {}
    auto is_requested() -> bool {
        (void)played->next();
        return played->is_high;
    }
};

/// One life of this end; what the endpoint was told, and behind it what went another way than then.
template <spi_role Role, bool IsChecked> auto replay(std::span<step const> steps) -> std::string {
    constexpr auto config = config_of(Role, IsChecked);
    auto played = script{.steps = steps};
    auto frames = rpmsg::spi_storage<config>{};
    auto ping = live_ping{};
    auto link = rpmsg::channel{rpmsg::spi<config, played_port<Role>>{frames, played_port<Role>{&played}},
                               rpmsg::endpoints{rpmsg::ref(ping)}};
    CHECK(link.start().has_value());
    while (played.at < steps.size()) {
        auto const& each = played.next();
        if (played.at == steps.size()) {
            break;
        }
        if (each.what == live_nuttx::request or each.what == live_nuttx::transfer) {
            ++played.at;
            link.notify(each.what == live_nuttx::request ? rpmsg::spi_signal::request : rpmsg::spi_signal::transfer);
        } else if (each.what == live_nuttx::poll) {
            ++played.at;
            (void)link.poll(each.at);
            (void)link.next_deadline(each.at); // as the loop did then: it asks the port, too
        } else {
            played.complain("nothing, where there was a transfer");
            ++played.at;
        }
    }
    return ping.told + played.wrong;
}

constexpr auto first_life = "up bound 1025 pong pong pong answered answered unbound restarted 0 "
                            "up bound 1025 pong pong pong unbound stopped 0 "
                            "up bound 1025 pong pong pong ";
constexpr auto second_life = "up bound 1028 pong pong pong ";

} // namespace

TEST_CASE("A controller beside NuttX without checks does what it did through two lives of its own and three of NuttX") {
    CHECK(replay<spi_role::controller, false>(live_nuttx::plain_controller_0) == first_life);
    CHECK(replay<spi_role::controller, false>(live_nuttx::plain_controller_1) == second_life);
}

TEST_CASE("A controller beside NuttX with checks does what it did through two lives of its own and three of NuttX") {
    CHECK(replay<spi_role::controller, true>(live_nuttx::checked_controller_0) == first_life);
    CHECK(replay<spi_role::controller, true>(live_nuttx::checked_controller_1) == second_life);
}

TEST_CASE("A peripheral beside NuttX without checks does what it did through two lives of its own and three of NuttX") {
    CHECK(replay<spi_role::peripheral, false>(live_nuttx::plain_peripheral_0) == first_life);
    CHECK(replay<spi_role::peripheral, false>(live_nuttx::plain_peripheral_1) == second_life);
}

TEST_CASE("A peripheral beside NuttX with checks does what it did through two lives of its own and three of NuttX") {
    CHECK(replay<spi_role::peripheral, true>(live_nuttx::checked_peripheral_0) == first_life);
    CHECK(replay<spi_role::peripheral, true>(live_nuttx::checked_peripheral_1) == second_life);
}

TEST_CASE("Where NuttX has no checks an end that requires them tells so and leaves the bus alone") {
    CHECK(replay<spi_role::controller, true>(live_nuttx::mismatched_controller_0) == "incompatible ");
    CHECK(replay<spi_role::peripheral, true>(live_nuttx::mismatched_peripheral_0) == "incompatible ");
}
