#pragma once

#include <rpmsg/platform/clock.hpp>

#include <cstdint>

namespace rpmsg {

/// The storage and the times of `sockets`.
struct socket_config {
    std::uint32_t connections = 4;      ///< connected and datagram sockets, those in a backlog included; at most 65535
    std::uint32_t servers = 1;          ///< listening sockets
    std::uint32_t window = 1024;        ///< bytes that the peer of each connection may send before they are read
    std::uint32_t first_connection = 0; ///< number of the first connection: two sides that connect to servers of one name
                                        ///< need different ones
    ticks shutdown_delay = 100;         ///< the longest wait for an acknowledgement that the peer does not owe
};

/// A socket of `sockets`. It is never reused: calls with one that was closed return `no_endpoint`.
struct socket_handle {
    std::uint32_t place = 0xffff;
    std::uint32_t use{};

    auto operator==(socket_handle const&) const -> bool = default;
};

/// What a socket can do now without waiting.
struct socket_readiness {
    bool readable{}; ///< data, the end of the data, or a connection to accept
    bool writable{}; ///< connected, and the peer has room
    bool hung_up{};  ///< the connection has ended, or both of its directions have

    auto operator==(socket_readiness const&) const -> bool = default;
};

/// For `sockets` that are only asked.
struct ignore_readiness {
    constexpr auto operator()(auto&, auto&, socket_handle, socket_readiness) const -> void {}
};

} // namespace rpmsg
