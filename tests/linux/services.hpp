#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/service/device/device_client.hpp>
#include <rpmsg/service/device/device_server.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/ram_store.hpp>
#include <rpmsg/service/ping/pinger.hpp>
#include <rpmsg/service/ping/responder.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The services that are on both sides of a link between a Linux program and firmware, and what their clients try.
namespace services {

constexpr auto byte_at(std::size_t i) -> std::byte { return static_cast<std::byte>(i * 7 + i / 256); }
constexpr auto echoed = std::size_t{1} << 16;

struct echo_terminal {
    auto operator()(auto& link, auto& terminal) const -> void {
        auto text = std::array<std::byte, 256>{};
        while (auto const size = terminal.read(link, text)) {
            (void)terminal.write(link, rpmsg::const_bytes{text}.first(size));
        }
    }
};
struct echo_socket {
    auto operator()(auto& link, auto& net, rpmsg::socket_handle ready, rpmsg::socket_readiness) const -> void {
        while (net.accept(link, ready)) {
        }
        for (auto data = net.peek(ready).first; not data.empty(); data = net.peek(ready).first) {
            auto const sent = net.send(link, ready, data);
            if (not sent) {
                return;
            }
            (void)net.consume(link, ready, *sent);
        }
    }
};
/// One file of 400 bytes, which has a position.
struct memory_device {
    std::array<std::byte, 400> content{};
    std::size_t position{};

    auto open(std::string_view path, std::int32_t) -> std::int32_t { return path == "/dev/echo" ? 0 : -2; }
    auto close(std::uint32_t) -> void { position = 0; }
    auto read(std::uint32_t, rpmsg::bytes into) -> std::int32_t {
        auto const size = std::min(into.size(), content.size() - position);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(position), size, into.begin());
        position += size;
        return static_cast<std::int32_t>(size);
    }
    auto write(std::uint32_t, rpmsg::const_bytes data) -> std::int32_t {
        auto const size = std::min(data.size(), content.size() - position);
        std::copy_n(data.begin(), size, content.begin() + static_cast<std::ptrdiff_t>(position));
        position += size;
        return static_cast<std::int32_t>(size);
    }
    auto seek(std::uint32_t, std::int64_t offset, std::int32_t) -> std::int64_t {
        position = static_cast<std::size_t>(std::clamp<std::int64_t>(offset, 0, 400));
        return static_cast<std::int64_t>(position);
    }
};

struct servers {
    using storage = rpmsg::ram_store<4, 4096>;
    rpmsg::ping_responder<> pings{};
    rpmsg::tty<"rpmsg-ttybus", rpmsg::tty_config{.receive = 1024, .send = echoed}, echo_terminal> terminal{};
    rpmsg::device_server<rpmsg::device_server_config{}, memory_device> devices{};
    storage store{};
    rpmsg::file_server<storage> files{store};
    rpmsg::sockets<rpmsg::socket_config{.window = 4096}, echo_socket> net{};

    auto endpoints() {
        return rpmsg::endpoints{rpmsg::ref{pings}, rpmsg::ref{terminal}, group_of(devices), group_of(files), group_of(net)};
    }
    auto listens(auto& link) -> bool {
        auto const server = net.bind(link, rpmsg::socket_kind::stream, "echo");
        return server and net.listen(link, *server, 2);
    }
};

struct clients {
    rpmsg::pinger<> pings{};
    rpmsg::tty<"rpmsg-ttybus"> terminal{};
    rpmsg::device_client<"rpdev/dev/echo"> device{};
    rpmsg::file_client<> files{};
    rpmsg::sockets<rpmsg::socket_config{.window = 4096}> net{};

    auto endpoints() {
        return rpmsg::endpoints{rpmsg::ref{pings}, rpmsg::ref{terminal}, rpmsg::ref{device}, rpmsg::ref{files}, group_of(net)};
    }

    /// Sends numbered bytes by `write` and wants them back by `read`.
    static auto echo(std::string const& what, auto until, auto require, auto write, auto read) -> void {
        auto sent = std::size_t{0};
        auto received = std::size_t{0};
        auto wrong = std::size_t{0};
        auto piece = std::array<std::byte, 1000>{};
        until(what, [&] {
            auto const size = std::min(piece.size(), echoed - sent);
            for (std::size_t i = 0; i < size; ++i) {
                piece[i] = byte_at(sent + i);
            }
            sent += write(rpmsg::const_bytes{piece}.first(size));
            auto const got = read(rpmsg::bytes{piece});
            for (std::size_t i = 0; i < got; ++i) {
                wrong += piece[i] != byte_at(received + i) ? 1u : 0u;
            }
            received += got;
            return received == echoed;
        });
        require(wrong == 0, what + ": bytes are wrong");
    }

    /// Uses each service. `until(what, is_done)` polls the link, `require(is_good, what)` ends the test, `now` is the time.
    auto use(auto& link, auto until, auto require, auto now) -> void {
        require(pings.start({.count = 200, .size = 496, .timeout = 10'000}).has_value(), "no pings");
        until("pings", [&] { return not pings.is_running(); });
        require(pings.counts().answered == 200, "of 200 pings " + std::to_string(pings.counts().answered) + " are answered");

        echo(
            "tty", until, require, [&](auto data) { return terminal.write(link, data); },
            [&](auto into) { return terminal.read(link, into); });

        auto const ask = [&](rpmsg::status started) {
            require(started.has_value(), "a call of the device is refused: " + std::string{describe(started.error())});
            until("the device", [&] { return not device.is_running(); });
            return device.result();
        };
        auto data = std::array<std::byte, 3000>{};
        auto copy = data;
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = byte_at(i);
        }
        auto const some = rpmsg::const_bytes{data}.first(400);
        until("the device's name", [&] { return link.template get<"rpdev/dev/echo">().is_bound(); });
        require(ask(device.open(2)) >= 0, "the device does not open: " + std::to_string(device.result()));
        require(ask(device.write(some)) == 400 and ask(device.seek(0, 0)) == 0, "the device does not take 400 bytes");
        require(ask(device.read(rpmsg::bytes{copy}.first(400))) == 400, "the device does not return 400 bytes");
        require(std::equal(some.begin(), some.end(), copy.begin()), "the device returns other bytes");
        require(ask(device.close()) == 0, "the device does not close");

        auto const call = [&](rpmsg::file_request const& what) {
            auto const made = files.start(link, what, now() + 20'000);
            require(made.has_value(), "a call of the files is refused");
            auto answer = files.take(*made);
            until("the files", [&] {
                answer = answer.error() == rpmsg::file_error::try_again ? files.take(*made) : answer;
                return answer.error() != rpmsg::file_error::try_again;
            });
            require(answer.has_value(), "a call of the files fails: " + std::string{describe(answer.error())});
            return *answer;
        };
        using namespace rpmsg::file_calls;
        auto const file = call(open("/note", {.read = true, .write = true, .create = true})).handle();
        require(call(write(file, data)).result == 3000 and call(seek(file, 0)).result == 0, "3000 bytes are not written");
        require(call(read(file, copy)).result == 3000 and copy == data, "the file has other bytes");
        (void)call(close(file));

        auto const socket = net.connect(link, rpmsg::socket_kind::stream, "echo");
        require(socket.has_value(), "no socket");
        echo(
            "socket", until, require,
            [&](auto bytes) {
                auto const sent = net.send(link, *socket, bytes);
                return sent ? *sent : 0u;
            },
            [&](auto into) {
                auto const got = net.receive(link, *socket, into);
                return got ? *got : 0u;
            });
        (void)net.close(link, *socket);
    }
};

} // namespace services
