// A conversation of two channels in two processes over a pseudo terminal, as fast as it goes and at 115200 baud.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/host/serial/pty.hpp>
#include <rpmsg/host/serial/tty.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/transport/uart.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using rpmsg::channel;
using rpmsg::endpoint;
using rpmsg::endpoints;
using rpmsg::host::steady_clock;

/// A port that sends no faster than so many bits per second, ten for each byte; 0 for no limit.
class paced_port {
    rpmsg::host::serial_port* port_;
    std::uint64_t baud_;
    std::uint64_t start_ = steady_clock::nanoseconds();
    std::uint64_t sent_{};

  public:
    paced_port(rpmsg::host::serial_port& port, std::uint64_t baud) : port_{&port}, baud_{baud} {}
    auto write(rpmsg::const_bytes out) -> std::size_t {
        auto room = out.size();
        if (baud_ != 0) {
            auto const due = (steady_clock::nanoseconds() - start_) * baud_ / 10 / 1'000'000'000;
            sent_ = std::max(sent_, due - std::min<std::uint64_t>(due, 16)); // a line does not save up what it missed
            room = std::min<std::uint64_t>(room, due - std::min(sent_, due));
        }
        auto const taken = port_->write(out.first(room));
        sent_ += taken;
        return taken;
    }
    auto read(rpmsg::bytes in) -> std::size_t { return port_->read(in); }
};

constexpr auto question_size = 64u;

/// Polls a link until `f` is true, or no message has come for so long.
auto runs_until(auto& link, rpmsg::host::serial_port& port, rpmsg::ticks patience, auto f) -> bool {
    auto end = steady_clock::now() + patience;
    while (not f()) {
        auto const now = steady_clock::now();
        if (rpmsg::has_passed(end, now)) {
            return false;
        }
        if (link.poll(now) > 0) {
            end = now + patience;
        }
        auto const due = link.next_deadline(now);
        if (not link.is_pending()) {
            port.wait_until(due.is_set ? due.at : now + 10);
        }
    }
    return true;
}

template <rpmsg::uart_config Config> auto identify(auto& link, std::uint32_t life) -> void {
    if constexpr (Config.profile == rpmsg::uart_profile::reliable) {
        link.transport().identify(life);
    }
}

/// The other process: echoes until it is told to end. Its exit status is 0 then.
template <rpmsg::uart_config Config> auto echo_until_told(std::string const& path, std::uint64_t baud) -> int {
    auto port = rpmsg::host::tty::open(path, 115'200);
    auto storage = rpmsg::uart_storage<Config>{};
    auto is_told = false;
    auto link = channel{rpmsg::uart<Config, paced_port>{storage, paced_port{*port, baud}},
                        endpoints{endpoint<"echo">([&](auto& side, rpmsg::message const& m) {
                            is_told = m.payload.empty();
                            side.reply(m, m.payload);
                        })}};
    identify<Config>(link, static_cast<std::uint32_t>(getpid()));
    auto const ended = link.start().has_value() and runs_until(link, *port, 180'000, [&] { return is_told; });
    (void)runs_until(link, *port, 100, [] { return false; });
    return ended ? 0 : 1;
}

template <rpmsg::uart_config Config> auto two_processes_talk(int questions, std::uint64_t baud) -> void {
    auto port = rpmsg::host::pty::open();
    REQUIRE(port);
    auto const child = fork();
    if (child == 0) {
        _exit(echo_until_told<Config>(port->path(), baud));
    }
    auto storage = rpmsg::uart_storage<Config>{};
    auto answers = 0;
    auto wrong = 0;
    auto text = std::array<std::byte, question_size>{};
    auto link = channel{rpmsg::uart<Config, paced_port>{storage, paced_port{*port, baud}},
                        endpoints{endpoint<"echo">([&](auto&, rpmsg::message const& m) {
                            wrong += m.payload.empty() or m.payload[1] == static_cast<std::byte>(answers) ? 0 : 1;
                            ++answers;
                        })}};
    identify<Config>(link, static_cast<std::uint32_t>(getpid()));
    CHECK(link.start().has_value());
    CHECK(runs_until(link, *port, 60'000, [&] { return link.at(0).is_bound(); }));
    auto asked = 0;
    auto const before = steady_clock::now();
    CHECK(runs_until(link, *port, 60'000, [&] {
        text[1] = static_cast<std::byte>(asked);
        while (asked < questions and asked - answers < 4 and link.at(0).send(text)) {
            text[1] = static_cast<std::byte>(++asked);
        }
        return answers == questions;
    }));
    auto const took = steady_clock::now() - before;
    std::printf("%d questions of %u bytes and their answers in %u ms\n", answers, question_size, took);
    CHECK(wrong == 0);
    if (baud != 0) { // no line is faster than its rate
        CHECK(took >= static_cast<std::uint64_t>(questions) * question_size * 10 * 1000 / baud);
    }
    CHECK(link.at(0).send({}).has_value());
    (void)runs_until(link, *port, 60'000, [&] { return answers > questions; });
    auto status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    auto const counts = link.transport().uart_counters();
    CHECK((counts.bad_check == 0 and counts.bad_stuffing == 0));
}

constexpr auto nuttx = rpmsg::uart_config{};
constexpr auto reliable = rpmsg::uart_config{.profile = rpmsg::uart_profile::reliable, .resend_ticks = 500};

} // namespace

TEST_CASE("Two processes talk over a pseudo terminal in NuttX's frames") { two_processes_talk<nuttx>(2000, 0); }
TEST_CASE("Two processes talk over a pseudo terminal in NuttX's frames at 115200 baud") {
    two_processes_talk<nuttx>(100, 115'200);
}
TEST_CASE("Two processes talk over a pseudo terminal in reliable frames") { two_processes_talk<reliable>(2000, 0); }
TEST_CASE("Two processes talk over a pseudo terminal in reliable frames at 115200 baud") {
    two_processes_talk<reliable>(100, 115'200);
}
