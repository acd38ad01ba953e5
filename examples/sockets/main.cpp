// A stream between the two sides of a link: a server that returns what it receives, and a client that sends 1 MiB and compares.
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include "links.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace {
using rpmsg::socket_kind;
constexpr auto config = rpmsg::socket_config{.window = 8192};
constexpr auto total = std::size_t{1} << 20;
constexpr auto byte_at(std::size_t i) -> std::byte { return static_cast<std::byte>(i * 7 + i / 256); }

/// The server: an event handler, without a thread and without a loop of its own.
struct echo {
    auto operator()(auto& link, auto& net, rpmsg::socket_handle ready, rpmsg::socket_readiness) const -> void {
        while (net.accept(link, ready)) {} // of a server; other sockets refuse it
        auto piece = std::array<std::byte, 512>{};
        for (auto size = net.peek(ready).copy_to(piece); size != 0; size = net.peek(ready).copy_to(piece)) {
            auto const sent = net.send(link, ready, rpmsg::const_bytes{piece}.first(size));
            if (not sent) {
                return; // the next readiness goes on
            }
            (void)net.consume(link, ready, *sent);
        }
    }
};

auto talk(char const* name, auto wires) -> int {
    auto server = rpmsg::sockets<config, echo>{};
    auto client = rpmsg::sockets<config>{};
    auto there = rpmsg::channel{wires.other_side(), rpmsg::endpoints{group_of(server)}};
    auto here = rpmsg::channel{wires.one_side(), rpmsg::endpoints{group_of(client)}};
    (void)there.start();
    (void)here.start();
    auto const listening = server.bind(there, socket_kind::stream, "echo");
    (void)server.listen(there, *listening, 4);
    auto const socket = client.connect(here, socket_kind::stream, "echo");

    std::size_t sent{}, read{}, wrong{};
    auto piece = std::array<std::byte, 4096>{};
    for (rpmsg::ticks now = 0; read < total and now < 1'000'000; ++now) {
        for (std::size_t i = 0; i < piece.size(); ++i) {
            piece[i] = byte_at(sent + i);
        }
        auto const most = std::min(piece.size(), total - sent);
        if (auto const some = client.send(here, *socket, rpmsg::const_bytes{piece}.first(most)); some) {
            sent += *some;
        }
        wires.carry(here, there);
        there.poll(now);
        here.poll(now);
        if (auto const some = client.receive(here, *socket, piece); some) {
            for (std::size_t i = 0; i < *some; ++i) {
                wrong += piece[i] != byte_at(read + i) ? 1u : 0u;
            }
            read += *some;
        }
    }
    std::printf("%-14s %zu bytes there and back, %zu wrong\n", name, read, wrong);
    return read == total and wrong == 0 ? 0 : 1;
}
} // namespace

auto main() -> int {
    return talk("shared memory", links::shared_memory{}) | talk("UART", links::uart{}) | talk("SPI", links::spi{}) |
           talk("router", links::router{});
}
