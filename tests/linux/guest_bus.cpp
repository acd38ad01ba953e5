// What runs in the guest: the endpoints and services of firmware in a Linux program, over Linux's own bus. Ends with 0, or says
// in one line what went wrong.
#include <rpmsg/host/rpmsg_bus.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/device/device_client.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/ping/pinger.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/service/syslog/syslog_server.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using rpmsg::host::rpmsg_bus;
using rpmsg::host::steady_clock;

[[noreturn]] auto fail(std::string const& why) -> void {
    std::printf("guest_bus: %s\n", why.c_str());
    std::exit(1);
}
auto require(bool holds, std::string const& why) -> void {
    if (not holds) {
        fail(why);
    }
}
auto byte_at(std::size_t i) -> std::byte { return static_cast<std::byte>(i * 7 + i / 256); }

/// Polls the link until `is_done`, for a minute at most.
auto until(auto& link, std::string const& what, auto is_done) -> void {
    auto const end = steady_clock::now() + 60'000;
    while (true) {
        auto const now = steady_clock::now();
        link.poll(now);
        if (is_done()) {
            return;
        }
        require(not rpmsg::has_passed(end, now), what + ": not in time; the kernel: " + link.transport().why());
        auto const due = link.next_deadline(now);
        auto const left = link.is_pending() ? 0 : due.is_set ? std::min(rpmsg::until(due.at, now), rpmsg::ticks{1000}) : 1000;
        auto waited = pollfd{.fd = link.transport().number(), .events = POLLIN, .revents = 0};
        (void)::poll(&waited, 1, static_cast<int>(left));
    }
}

/// Sends numbered bytes by `write` and wants them back by `read`.
auto echo(auto& link, std::string const& what, std::size_t total, auto write, auto read) -> void {
    auto sent = std::size_t{0};
    auto received = std::size_t{0};
    auto piece = std::array<std::byte, 1000>{};
    until(link, what, [&] {
        auto const size = std::min(piece.size(), total - sent);
        for (std::size_t i = 0; i < size; ++i) {
            piece[i] = byte_at(sent + i);
        }
        sent += write(rpmsg::const_bytes{piece}.first(size));
        auto const got = read(rpmsg::bytes{piece});
        for (std::size_t i = 0; i < got; ++i) {
            require(piece[i] == byte_at(received + i), what + ": a byte is wrong");
        }
        received += got;
        return received == total;
    });
}

auto ping() -> void {
    auto pings = rpmsg::pinger<>{};
    auto link = rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::ref{pings}}};
    require(link.start().has_value(), "the link does not start");
    require(pings.start({.count = 200, .size = 496, .timeout = 10'000}).has_value(), "no pings");
    until(link, "pings", [&] { return not pings.is_running(); });
    require(pings.counts().answered == 200, "of 200 pings " + std::to_string(pings.counts().answered) + " are answered");
    link.close();
}

auto services() -> void {
    auto pings = rpmsg::pinger<>{};
    auto terminal = rpmsg::tty<"rpmsg-ttybus">{};
    auto device = rpmsg::device_client<"rpdev/dev/echo">{};
    auto files = rpmsg::file_client<>{};
    auto net = rpmsg::sockets<rpmsg::socket_config{.window = 4096}>{};
    auto link =
        rpmsg::channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, rpmsg::endpoints{rpmsg::ref{pings}, rpmsg::ref{terminal},
                                                                       rpmsg::ref{device}, rpmsg::ref{files}, group_of(net)}};
    require(link.start().has_value(), "the link does not start");
    until(link, "the link", [&] { return link.is_up(); });

    require(pings.start({.count = 200, .size = 496, .timeout = 10'000}).has_value(), "no pings");
    until(link, "pings", [&] { return not pings.is_running(); });
    require(pings.counts().answered == 200, "of 200 pings " + std::to_string(pings.counts().answered) + " are answered");
    std::printf("guest_bus: ping\n");

    echo(
        link, "tty", 1 << 16, [&](auto data) { return terminal.write(link, data); },
        [&](auto into) { return terminal.read(link, into); });
    std::printf("guest_bus: tty\n");

    auto const calls = [&](rpmsg::status started) {
        require(started.has_value(), "a call of the device is refused: " + std::string{describe(started.error())});
        until(link, "the device", [&] { return not device.is_running(); });
        return device.result();
    };
    until(link, "the device's name", [&] { return link.get<"rpdev/dev/echo">().is_bound(); });
    require(calls(device.open(2)) >= 0, "the device does not open: " + std::to_string(device.result()));
    auto data = std::array<std::byte, 3000>{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = byte_at(i);
    }
    require(calls(device.write(rpmsg::const_bytes{data}.first(400))) == 400, "the device does not take 400 bytes");
    auto back = std::array<std::byte, 400>{};
    require(calls(device.seek(0, 0)) == 0, "no seek");
    require(calls(device.read(back)) == 400, "the device does not return 400 bytes: " + std::to_string(device.result()));
    require(std::ranges::equal(back, rpmsg::const_bytes{data}.first(400)), "the device returns other bytes");
    require(calls(device.close()) == 0, "the device does not close");
    std::printf("guest_bus: device\n");

    auto const call = [&](rpmsg::file_request const& what) {
        auto const made = files.start(link, what, steady_clock::now() + 20'000);
        require(made.has_value(), "a call of the files is refused");
        auto answer = files.take(*made);
        until(link, "the files", [&] {
            answer = answer.error() == rpmsg::file_error::try_again ? files.take(*made) : answer;
            return answer.error() != rpmsg::file_error::try_again;
        });
        require(answer.has_value(), "a call of the files fails: " + std::string{describe(answer.error())});
        return *answer;
    };
    auto const file = call(rpmsg::file_calls::open("/note", {.read = true, .write = true, .create = true})).handle();
    require(call(rpmsg::file_calls::write(file, data)).result == 3000, "3000 bytes are not written");
    require(call(rpmsg::file_calls::seek(file, 0)).result == 0, "no seek in the file");
    auto copy = std::array<std::byte, 3000>{};
    require(call(rpmsg::file_calls::read(file, copy)).result == 3000, "3000 bytes are not read");
    require(copy == data, "the file has other bytes");
    (void)call(rpmsg::file_calls::close(file));
    std::printf("guest_bus: files\n");

    auto const socket = net.connect(link, rpmsg::socket_kind::stream, "echo");
    require(socket.has_value(), "no socket");
    echo(
        link, "socket", 1 << 16,
        [&](auto bytes) {
            auto const some = net.send(link, *socket, bytes);
            return some ? *some : 0u;
        },
        [&](auto into) {
            auto const some = net.receive(link, *socket, into);
            return some ? *some : 0u;
        });
    std::printf("guest_bus: socket\n");
    link.close();
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const what = std::string_view{count > 1 ? arguments[1] : ""};
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (what == "ping") {
        ping();
    } else if (what == "services") {
        services();
    } else {
        fail("unknown command '" + std::string{what} + "'");
    }
}
