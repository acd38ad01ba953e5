#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace rpmsg::host {

/// Where a socket of this host is: "tcp:5001" on 127.0.0.1 (0: any free port), "unix:/path", or "packets:/path" for a Unix
/// socket that keeps the bounds of messages (SOCK_SEQPACKET).
class local_address {
    sockaddr_storage memory_{};
    socklen_t size_{};
    int type_ = SOCK_STREAM;
    std::string text_{};

    auto put(auto const& address) -> void {
        std::memcpy(&memory_, &address, sizeof(address));
        size_ = sizeof(address);
    }
    [[nodiscard]] auto raw() const -> sockaddr const* { return reinterpret_cast<sockaddr const*>(&memory_); }
    [[nodiscard]] auto open() const -> descriptor {
        return descriptor{socket(memory_.ss_family, type_ | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    }
    [[nodiscard]] auto refuse(char const* what) const -> failure {
        return failure{"'" + text_ + "' cannot be used: " + what + ": " + words_of(errno)};
    }

  public:
    static auto parse(std::string_view text) -> outcome<local_address> {
        auto made = local_address{};
        made.text_ = text;
        auto const colon = text.find(':');
        auto const kind = text.substr(0, colon);
        auto const rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
        if (kind == "tcp") {
            auto port = std::uint16_t{};
            auto const read = std::from_chars(rest.data(), rest.data() + rest.size(), port);
            if (read.ec == std::errc{} and read.ptr == rest.data() + rest.size()) {
                auto address = sockaddr_in{};
                address.sin_family = AF_INET;
                address.sin_port = htons(port);
                address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                made.put(address);
                return made;
            }
        }
        auto address = sockaddr_un{};
        if ((kind == "unix" or kind == "packets") and not rest.empty() and rest.size() < sizeof(address.sun_path)) {
            made.type_ = kind == "unix" ? SOCK_STREAM : SOCK_SEQPACKET;
            address.sun_family = AF_UNIX;
            std::memcpy(address.sun_path, rest.data(), rest.size());
            made.put(address);
            return made;
        }
        return failure{"'" + made.text_ + "' is no address: write tcp:PORT, unix:PATH or packets:PATH"};
    }

    [[nodiscard]] auto keeps_bounds() const -> bool { return type_ == SOCK_SEQPACKET; }
    /// A socket that listens there. A Unix socket without a listener is replaced.
    [[nodiscard]] auto listen() const -> outcome<descriptor> {
        auto made = open();
        auto const yes = 1;
        if (memory_.ss_family == AF_INET) {
            (void)setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
        } else {
            auto const& path = reinterpret_cast<sockaddr_un const*>(&memory_)->sun_path;
            struct stat found {};
            if (lstat(path, &found) == 0 and S_ISSOCK(found.st_mode) and ::connect(open().number(), raw(), size_) != 0 and
                errno == ECONNREFUSED) {
                unlink(path);
            }
        }
        if (not made or bind(made.number(), raw(), size_) != 0) {
            return refuse("bind");
        }
        if (::listen(made.number(), SOMAXCONN) != 0) {
            return refuse("listen");
        }
        return made;
    }
    /// A connection to there, which may still be on its way.
    [[nodiscard]] auto connect() const -> outcome<descriptor> {
        auto made = open();
        if (not made or (::connect(made.number(), raw(), size_) != 0 and errno != EINPROGRESS)) {
            return refuse("connect");
        }
        return made;
    }
    /// The port of a TCP socket that listens.
    [[nodiscard]] static auto port_of(descriptor const& listening) -> std::uint16_t {
        auto address = sockaddr_in{};
        auto size = socklen_t{sizeof(address)};
        auto const is_known = getsockname(listening.number(), reinterpret_cast<sockaddr*>(&address), &size) == 0;
        return is_known and address.sin_family == AF_INET ? ntohs(address.sin_port) : std::uint16_t{};
    }
};

} // namespace rpmsg::host
