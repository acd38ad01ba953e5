// The big core beside a chip in an emulator: it reaches the services of core B through core A, uses each of them and compares what
// comes back. Then it starts anew, and does the same. big_core EMULATE IMAGES [WORD]
#include <rpmsg/framework/router/edge.hpp>
#include <rpmsg/host/serial/serial_port.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/ping/pinger.hpp>
#include <rpmsg/service/qrtr/qrtr_node.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/service/syslog/syslog_server.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include "../../examples/firmware/three_cores/offered.hpp"
#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <span>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
using rpmsg::host::steady_clock;

constexpr auto patience = rpmsg::ticks{20'000}; // without an answer

/// The near end of a pair of sockets; the emulator has the far end.
struct line : rpmsg::host::serial_port {
    explicit line(int near) : serial_port{near} {}
};

/// Starts the emulator with its UART at this descriptor. It ends with this process.
auto start_chip(char const* emulate, char const* images, char const* word, int far) -> pid_t {
    auto const process = fork();
    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        auto const serial = "socket,fd=" + std::to_string(far);
        execl(emulate, emulate, "--line", serial.c_str(), "mps2-an521-hub", images, word, nullptr);
        _exit(127);
    }
    return process;
}

auto failed(std::string const& what) -> bool {
    std::printf("big core: %s\n", what.c_str());
    std::fflush(stdout);
    return false;
}
auto passed(std::string const& what) -> bool {
    failed(what);
    return true;
}

/// A channel to core B, with the clock that both share.
template <typename Link, typename Edge> struct stage {
    line& uart;
    Link& link;
    Edge& edge;

    auto turn() -> void {
        link.poll(steady_clock::now());
        if (not link.is_pending()) {
            uart.wait_until(steady_clock::now() + 2);
        }
    }
    /// Polls until it is done. False, with a message, when it is not in time.
    auto until(std::string const& what, auto&& is_done) -> bool {
        auto const deadline = steady_clock::now() + patience;
        while (not is_done()) {
            if (rpmsg::has_passed(deadline, steady_clock::now())) {
                return failed(what + " is not in time");
            }
            turn();
        }
        return true;
    }
};

auto use_pings(auto& it, auto& pings) -> bool {
    constexpr std::uint32_t count = 50;
    auto const random =
        rpmsg::wire::ping_command::wants_answer | rpmsg::wire::ping_command::verify | rpmsg::wire::ping_command::random_length;
    auto const is_done = pings.start({.count = count, .size = 400, .command = random, .timeout = patience}) and
                         it.until("a ping", [&] { return not pings.is_running(); });
    return is_done and pings.counts().answered == count ? passed("50 pings were answered") : failed("a ping was lost");
}

auto use_socket(auto& it, auto& net) -> bool {
    constexpr std::size_t total = 8 * 1024;
    auto const byte_at = [](std::size_t i) { return static_cast<std::byte>(i * 7 + i / 256); };
    auto const socket = net.connect(it.edge, rpmsg::socket_kind::stream, offered::socket);
    auto piece = std::array<std::byte, 1000>{};
    std::size_t sent{};
    std::size_t read{};
    std::size_t wrong{};
    auto const is_done = socket and it.until("byte " + std::to_string(total) + " of the socket", [&] {
        auto const most = std::min(piece.size(), total - sent);
        for (std::size_t i = 0; i < most; ++i) {
            piece[i] = byte_at(sent + i);
        }
        if (auto const some = net.send(it.edge, *socket, rpmsg::const_bytes{piece}.first(most)); some) {
            sent += *some;
        }
        if (auto const some = net.receive(it.edge, *socket, piece); some) {
            for (std::size_t i = 0; i < *some; ++i) {
                wrong += piece[i] != byte_at(read + i) ? 1u : 0u;
            }
            read += *some;
        }
        return read == total or wrong != 0;
    });
    if (wrong != 0) {
        return failed("of " + std::to_string(read) + " bytes of the socket " + std::to_string(wrong) + " are wrong");
    }
    return is_done and net.close(it.edge, *socket).has_value() ? passed("8 KiB through a socket and back") : false;
}

auto use_console(auto& it, auto& terminal) -> bool {
    constexpr auto commands = std::string_view{"echo hello\nhelp\ncount 100\n"};
    auto expected = std::string{"hello\nhelp, echo TEXT, count LINES\n"};
    for (auto i = 0; i < 100; ++i) {
        expected += std::to_string(i) + '\n';
    }
    auto heard = std::string{};
    auto piece = std::array<std::byte, 256>{};
    auto const is_written = terminal.write(it.edge, std::as_bytes(std::span{commands})) == commands.size();
    auto const is_done = is_written and it.until("the console", [&] {
        auto const size = terminal.read(it.edge, piece);
        heard.append(reinterpret_cast<char const*>(piece.data()), size);
        return heard.size() >= expected.size();
    });
    return is_done and heard == expected ? passed("the console answered three commands") : failed("the console said: " + heard);
}

auto use_files(auto& it, auto& files) -> bool {
    auto const call = [&](rpmsg::file_request const& what) {
        auto const made = files.start(it.edge, what, steady_clock::now() + patience);
        auto got = rpmsg::file_result<rpmsg::file_answer>{made ? rpmsg::file_error::try_again : made.error()};
        (void)it.until("a file", [&] {
            got = made ? files.take(*made) : got;
            return got or got.error() != rpmsg::file_error::try_again;
        });
        return got;
    };
    auto content = std::array<std::byte, 8192>{};
    std::uint32_t bytes{};
    for (std::uint32_t i = 0; i < offered::files; ++i) {
        auto const name = offered::name_of(i);
        auto const path = "/" + std::string{name.data(), name.size()};
        auto const file = call(rpmsg::file_calls::open(path, {.read = true}));
        auto const got = file ? call(rpmsg::file_calls::read(file->handle(), content)) : file;
        if (not got or static_cast<std::uint32_t>(got->result) != offered::size_of(i) or
            not call(rpmsg::file_calls::close(file->handle()))) {
            return failed(path + " cannot be read");
        }
        for (std::uint32_t at = 0; at < offered::size_of(i); ++at) {
            if (content[at] != offered::byte_of(i, at)) {
                return failed(path + " is another one at " + std::to_string(at));
            }
        }
        bytes += offered::size_of(i);
    }
    auto const folder = call(rpmsg::file_calls::open_directory("/data"));
    auto names = std::uint32_t{};
    while (folder and call(rpmsg::file_calls::next(folder->handle(), content))) {
        ++names;
    }
    if (names != offered::files or
        call(rpmsg::file_calls::open("/data/00", {.write = true})).error() != rpmsg::file_error::read_only) {
        return failed("there are " + std::to_string(names) + " names, or a file of the image can be written");
    }
    return call(rpmsg::file_calls::close_directory(folder->handle())) and
           passed(std::to_string(names) + " files with " + std::to_string(bytes) + " bytes were read");
}

auto use_qrtr(auto& it, auto& node, std::uint32_t const& returned) -> bool {
    constexpr std::uint32_t count = 30;
    auto const is_found = it.until("a service of qrtr", [&] { return node.find(offered::qrtr_echo).has_value(); });
    auto const where = is_found ? *node.find(offered::qrtr_echo) : rpmsg::qrtr_address{};
    std::uint32_t sent{};
    auto const is_done = is_found and it.until("an answer of qrtr", [&] {
        auto const number = std::as_bytes(std::span{&sent, 1});
        sent += sent < count and node.send(it.edge.template get<"IPCRTR">(), 0, where, number) ? 1u : 0u;
        return returned == count;
    });
    return is_done and passed("30 packets of qrtr came back");
}

/// One life of the big core; the log of core B comes in the first one only.
auto live(line& uart, std::uint32_t life) -> bool {
    static auto log = std::string{};
    auto frames = rpmsg::uart_storage<offered::line>{};
    auto port = rpmsg::router_port<"b", rpmsg::port_config{.names = 16}>{};
    auto pings = rpmsg::pinger<>{};
    auto net = rpmsg::sockets<rpmsg::socket_config{.window = 2048}>{};
    auto terminal = rpmsg::tty<"rpmsg-ttyconsole", rpmsg::tty_config{.receive = 4096}>{};
    auto files = rpmsg::file_client<>{};
    auto on_line = [](std::string_view text) { log += std::string{text} + "\n"; };
    auto server = rpmsg::syslog_server<128, decltype(on_line)>{on_line};
    std::uint32_t returned{};
    auto node = rpmsg::make_qrtr_node(rpmsg::qrtr_client([&](auto&, rpmsg::qrtr_message const& m) {
        returned += m.data.size() == sizeof returned and rpmsg::load<std::uint32_t>(m.data) == returned ? 1u : 0u;
    }));
    auto link =
        rpmsg::channel{rpmsg::uart<offered::line, rpmsg::byte_stream_ref<line>>{frames, uart}, rpmsg::endpoints{port.entry()}};
    auto edge =
        rpmsg::channel{rpmsg::router_edge{port}, rpmsg::endpoints{rpmsg::ref{pings}, rpmsg::ref{terminal}, rpmsg::ref{files},
                                                                  rpmsg::ref{server}, rpmsg::ref{node}, group_of(net)}};
    link.transport().identify(static_cast<std::uint32_t>(getpid()) * 4 + life);
    auto it = stage<decltype(link), decltype(edge)>{uart, link, edge};
    auto const is_up = edge.start() and link.start() and it.until("core B", [&] { return edge.is_up(); });
    auto const is_logged = is_up and it.until("the log", [&] { return log.ends_with("core B is there\n"); });
    auto const is_whole = is_logged and std::count(log.begin(), log.end(), '\n') == offered::log_lines;
    return (is_whole or failed("the log is: " + log)) and use_pings(it, pings) and use_socket(it, net) and
           use_console(it, terminal) and use_files(it, files) and use_qrtr(it, node, returned);
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto ends = std::array<int, 2>{-1, -1};
    if (count < 3 or socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
        std::fputs("usage: big_core EMULATE IMAGES [WORD]\n", stderr);
        return 2;
    }
    auto const emulator = start_chip(arguments[1], arguments[2], count > 3 ? arguments[3] : "as-it-is", ends[1]);
    close(ends[1]);
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    auto uart = line{ends[0]};
    auto const is_well = live(uart, 0) and passed("starts anew") and live(uart, 1);
    kill(emulator, SIGTERM);
    waitpid(emulator, nullptr, 0);
    return is_well ? 0 : 1;
}
