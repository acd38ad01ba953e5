#pragma once

#include <rpmsg/service/socket/sockets.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

/// The server of sockets that talked to a live NuttX when the traffic of the fixture was kept: it sends back what it receives.
/// `sockets` calls it when a socket is ready.
class live_socket_echo {
    std::array<std::byte, 1024> data_{};

  public:
    rpmsg::socket_handle server{};
    std::uint32_t accepted{};
    std::uint32_t closed{};
    std::uint32_t bytes{};

    auto operator()(auto& link, auto& net, rpmsg::socket_handle which, rpmsg::socket_readiness) -> void {
        if (which == server) {
            while (net.accept(link, which)) {
                ++accepted;
            }
            return;
        }
        auto got = net.receive(link, which, data_);
        while (got and *got != 0) {
            auto const sent = net.send(link, which, rpmsg::const_bytes{data_}.first(*got));
            bytes += sent ? *sent : 0;
            got = net.receive(link, which, data_);
        }
        if (got or got.error() != rpmsg::error::would_block) { // the end of the data, or of the connection
            closed += net.close(link, which) ? 1u : 0u;
        }
    }
};

/// Calls it by reference, since `sockets` own their handler.
struct live_socket_echo_ref {
    live_socket_echo* target;
    auto operator()(auto& link, auto& net, rpmsg::socket_handle which, rpmsg::socket_readiness now) const -> void {
        (*target)(link, net, which, now);
    }
};

inline constexpr auto live_socket_config = rpmsg::socket_config{.connections = 4, .window = 1024};
