// A Linux program whose transport is Linux's own bus, beside firmware with the same services: host/rpmsg_bus.
#include <rpmsg/service/device/device_server.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/ram_store.hpp>
#include <rpmsg/service/ping/responder.hpp>
#include <rpmsg/service/socket/sockets.hpp>
#include <rpmsg/service/tty/tty.hpp>

#include "stage.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace linux_peer;

namespace {
/// Linux as the driver, and firmware that acknowledges names, so that Linux learns where its listeners have their sessions.
constexpr auto acknowledged = [] {
    auto config = flags;
    config.dialect.acknowledged = true;
    return config;
}();

/// Has room for all that the program sends.
constexpr auto roomy = rpmsg::tty_config{.receive = 1024, .send = 1 << 16};
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
        while (net.accept(link, ready)) {}
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
} // namespace

TEST_CASE("a Linux program uses the services of firmware over Linux's own bus") {
    auto pings = rpmsg::ping_responder<>{};
    auto terminal = rpmsg::tty<"rpmsg-ttybus", roomy, echo_terminal>{};
    auto devices = rpmsg::device_server<rpmsg::device_server_config{}, memory_device>{};
    auto store = rpmsg::ram_store<4, 4096>{};
    auto files = rpmsg::file_server<decltype(store)>{store};
    auto net = rpmsg::sockets<rpmsg::socket_config{.window = 4096}, echo_socket>{};
    auto run = staged<acknowledged>(
        rpmsg::endpoints{rpmsg::ref{pings}, rpmsg::ref{terminal}, group_of(devices), group_of(files), group_of(net)});
    auto const server = net.bind(run.link, rpmsg::socket_kind::stream, "echo");
    REQUIRE(server);
    REQUIRE(net.listen(run.link, *server, 2));
    run.does("guest_bus services");
    run.does("guest_bus services");
    run.does("! ls /sys/bus/rpmsg/devices | grep -q '[.]107[0-9]*[.]'");
    run.ends();
}
