// A serial line between two programs of this machine, or between this machine and a board: text typed at one end appears at the
// other. The channel is the same as over shared memory; only the transport differs.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/host/serial/pty.hpp>
#include <rpmsg/host/serial/tty.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/transport/uart.hpp>

#include <fmt/format.h>

#include "options.hpp"
#include <array>
#include <csignal>
#include <cstdio>
#include <span>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using rpmsg::host::serial_port;
using rpmsg::host::steady_clock;

template <bool NuttX>
constexpr auto line =
    rpmsg::uart_config{.profile = NuttX ? rpmsg::uart_profile::nuttx : rpmsg::uart_profile::reliable, .resend_ticks = 500};

/// Runs a link over `port` with one endpoint, until `work(link)` returns that it is over. Its ticks are milliseconds.
template <bool NuttX> auto run(serial_port& port, auto on_message, auto work) -> void {
    auto storage = rpmsg::uart_storage<line<NuttX>>{};
    auto link = rpmsg::channel{rpmsg::uart<line<NuttX>, rpmsg::byte_stream_ref<serial_port>>{storage, port},
                               rpmsg::endpoints{rpmsg::endpoint<"bridge">(on_message)}};
    if constexpr (not NuttX) {
        link.transport().identify(static_cast<std::uint32_t>(steady_clock::nanoseconds()) ^
                                  static_cast<std::uint32_t>(getpid()));
    }
    (void)link.start();
    link.poll(steady_clock::now());
    while (work(link)) {
        auto const now = steady_clock::now();
        auto const due = link.next_deadline(now);
        if (not link.is_pending()) {
            port.wait_until(due.is_set and not rpmsg::has_passed(now + 20, due.at) ? due.at : now + 20);
        }
        link.poll(steady_clock::now());
    }
    // The last messages must arrive, too.
    auto const patience = steady_clock::now() + 2000;
    while (link.is_up() and link.next_deadline(steady_clock::now()).is_set and
           not rpmsg::has_passed(patience, steady_clock::now())) {
        port.wait_until(steady_clock::now() + 20);
        link.poll(steady_clock::now());
    }
    link.close();
    link.poll(steady_clock::now());
}

/// Passes lines on until the input ends. What was typed before the other end is there waits for it.
template <bool NuttX> auto talk(serial_port& port) -> int {
    auto typed = std::string{};
    auto is_over = false;
    auto was_bound = false;
    auto was_ever_bound = false;
    run<NuttX>(
        port,
        [](auto&, rpmsg::message const& m) {
            std::fwrite(m.payload.data(), 1, m.payload.size(), stdout);
            std::fflush(stdout);
        },
        [&](auto& link) {
            auto const is_bound = link.at(0).is_bound();
            if (is_bound != std::exchange(was_bound, is_bound)) {
                fmt::print(stderr, "{}\n", is_bound ? "the other end is there" : "the other end has gone");
            }
            was_ever_bound = was_ever_bound or is_bound;
            auto input = pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
            if (typed.empty() and not is_over and ::poll(&input, 1, 0) > 0) {
                auto piece = std::array<char, 256>{};
                auto const count = read(STDIN_FILENO, piece.data(), piece.size());
                is_over = count <= 0;
                typed.assign(piece.data(), is_over ? 0 : static_cast<std::size_t>(count));
            }
            if (not typed.empty() and link.at(0).send(std::as_bytes(std::span{typed}))) {
                typed.clear();
            }
            return not is_over or not typed.empty();
        });
    if (not was_ever_bound) {
        fmt::print(stderr, "no input, and no other end: nothing to pass on\n");
    }
    return 0;
}

/// The other end of `--both`: sends every message back until an empty one requests its end.
template <bool NuttX> auto echo(std::string const& path, std::uint32_t baud) -> int {
    auto port = rpmsg::host::tty::open(path, baud);
    if (not port) {
        return 1;
    }
    auto is_told = false;
    run<NuttX>(
        *port,
        [&](auto& link, rpmsg::message const& m) {
            is_told = m.payload.empty();
            link.reply(m, m.payload);
        },
        [&](auto&) { return not is_told; });
    return 0;
}

/// Sends numbered messages there and back, a few at a time, and compares them.
template <bool NuttX> auto play_both(bridge::options const& chosen) -> int {
    auto port = rpmsg::host::pty::open();
    if (not port) {
        fmt::print(stderr, "uart_bridge: {}\n", port.error());
        return 1;
    }
    auto const child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(echo<NuttX>(port->path(), chosen.baud));
    }
    std::uint32_t sent = 0;
    std::uint32_t answered = 0;
    auto is_right = child > 0;
    auto const began = steady_clock::now();
    auto progressed = began;
    auto counted = answered;
    run<NuttX>(
        *port,
        [&](auto&, rpmsg::message const& m) {
            if (m.payload.empty()) { // the echo of the last, empty message
                return;
            }
            is_right = is_right and m.payload.size() == 64 and rpmsg::load<std::uint32_t>(m.payload) == answered;
            ++answered;
        },
        [&](auto& link) {
            auto text = std::array<std::byte, 64>{};
            while (sent < chosen.messages and sent - answered < 4) {
                rpmsg::store(text, sent);
                if (not link.at(0).send(text)) {
                    break;
                }
                ++sent;
            }
            if (std::exchange(counted, answered) != answered) {
                progressed = steady_clock::now();
            }
            is_right = is_right and not rpmsg::has_passed(progressed + 30'000, steady_clock::now());
            return is_right and (answered < chosen.messages or not link.at(0).send({}));
        });
    auto status = -1;
    for (auto const end = steady_clock::now() + 30'000; waitpid(child, &status, WNOHANG) == 0; usleep(5000)) {
        if (not is_right or rpmsg::has_passed(end, steady_clock::now())) {
            kill(child, SIGKILL);
        }
    }
    is_right = is_right and status == 0;
    fmt::print("{} of {} messages of 64 bytes came back in {} ms: {}\n", answered, chosen.messages, steady_clock::now() - began,
               is_right ? "all right" : "failed");
    return is_right ? 0 : 1;
}

template <bool NuttX> auto act(bridge::options const& chosen, std::string const& program) -> int {
    if (chosen.both) {
        return play_both<NuttX>(chosen);
    }
    if (chosen.port.empty()) {
        auto port = rpmsg::host::pty::open();
        if (port) {
            fmt::print(stderr, "the other end: {}{} {}\n", program, NuttX ? " --profile nuttx" : "", port->path());
            return talk<NuttX>(*port);
        }
        fmt::print(stderr, "uart_bridge: {}\n", port.error());
        return 1;
    }
    auto port = rpmsg::host::tty::open(chosen.port, chosen.baud);
    if (port) {
        return talk<NuttX>(*port);
    }
    fmt::print(stderr, "uart_bridge: {}\n", port.error());
    return 1;
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto chosen = bridge::parse(count, arguments);
    if (not chosen) {
        fmt::print(stderr, "uart_bridge: {}\n", chosen.error());
        return 2;
    }
    if (chosen->help) {
        fmt::print("{}", bridge::help_text);
        return 0;
    }
    return chosen->nuttx ? act<true>(*chosen, arguments[0]) : act<false>(*chosen, arguments[0]);
}
