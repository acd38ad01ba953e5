#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

namespace tool {

/// The doorbell between two processes that need a descriptor for their event loop: each side has a datagram socket in the
/// abstract name space, which ends with its process. Who rings without need only causes a needless look at the rings.
class bell_socket {
    sockaddr_un peer_{};
    socklen_t peer_size_{};
    rpmsg::host::descriptor own_{};

    static auto name(std::string const& link, unsigned side, sockaddr_un& into) -> socklen_t {
        into = {};
        into.sun_family = AF_UNIX;
        auto const text = "rpmsg-bell-" + link + "-" + std::to_string(side);
        std::memcpy(into.sun_path + 1, text.data(), text.size());
        return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    }

  public:
    /// `link` has at most 64 characters; the sides are 0 and 1.
    static auto open(std::string const& link, unsigned side) -> rpmsg::host::outcome<bell_socket> {
        auto made = bell_socket{};
        auto own = sockaddr_un{};
        auto const size = name(link, side, own);
        made.peer_size_ = name(link, 1 - side, made.peer_);
        made.own_ = rpmsg::host::descriptor{socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
        if (not made.own_ or bind(made.own_.number(), reinterpret_cast<sockaddr const*>(&own), size) != 0) {
            return rpmsg::host::failure{"the doorbell of shared memory " + link +
                                        " cannot be used: " + rpmsg::host::words_of(errno)};
        }
        return made;
    }

    [[nodiscard]] auto number() const -> int { return own_.number(); }
    /// Takes the rings; false when there was none.
    [[nodiscard]] auto take() const -> bool {
        auto piece = std::array<char, 8>{};
        auto has_rung = false;
        for (auto i = 0; i < 64 and recv(own_.number(), piece.data(), piece.size(), 0) >= 0; ++i) {
            has_rung = true;
        }
        return has_rung;
    }
    /// Never waits. A side that is not there needs no ring, and a full socket has rung.
    [[nodiscard]] auto ring() const -> bool {
        auto const sent = sendto(own_.number(), "", 1, MSG_NOSIGNAL, reinterpret_cast<sockaddr const*>(&peer_), peer_size_);
        return sent >= 0 or errno == ECONNREFUSED or errno == ENOENT or errno == EAGAIN;
    }
};

/// The peer's bell, for both queues.
class bell_socket_doorbell {
    bell_socket const* bell_;

  public:
    explicit bell_socket_doorbell(bell_socket const& bell) : bell_{&bell} {}
    auto ring(std::uint32_t) -> bool { return bell_->ring(); }
};
static_assert(rpmsg::doorbell<bell_socket_doorbell>);

} // namespace tool
