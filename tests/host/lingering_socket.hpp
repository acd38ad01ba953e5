#pragma once

#include <rpmsg/host/descriptor.hpp>

#include <array>
#include <cstddef>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

/// A connection of TCP that is full, as nobody reads at its other end: whoever closes it last waits for a minute.
class lingering_socket {
    rpmsg::host::descriptor reader_{};
    int number_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  public:
    lingering_socket() {
        auto const listener = rpmsg::host::descriptor{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        auto name = sockaddr_in{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const at = reinterpret_cast<sockaddr*>(&name);
        auto length = socklen_t{sizeof(name)};
        (void)!bind(listener.number(), at, length);
        (void)!listen(listener.number(), 1);
        (void)!getsockname(listener.number(), at, &length);
        (void)!connect(number_, at, length);
        reader_ = rpmsg::host::descriptor{accept(listener.number(), nullptr, nullptr)};
        static constexpr auto content = std::array<std::byte, 65536>{};
        auto sent = ssize_t{1};
        while (sent > 0) {
            sent = send(number_, content.data(), content.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        ask_to_linger();
    }
    lingering_socket(lingering_socket const&) = delete;
    auto operator=(lingering_socket const&) -> lingering_socket& = delete;
    ~lingering_socket() {
        reader_.close();
        if (number_ >= 0) {
            close(number_);
        }
    }
    [[nodiscard]] auto is_full() const -> bool { return send(number_, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 and reader_; }
    auto ask_to_linger() const -> void {
        auto const asked = linger{.l_onoff = 1, .l_linger = 60};
        (void)setsockopt(number_, SOL_SOCKET, SO_LINGER, &asked, sizeof(asked));
    }
    [[nodiscard]] auto number() const -> int { return number_; }
    /// Whoever was handed it has the last of it now.
    auto hand_over() -> int { return std::exchange(number_, -1); }
};
