#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// A socket in the file system to which one process after the other connects. The name goes with this object.
class unix_listener {
    std::string path_{};
    descriptor socket_{};

    unix_listener(std::string path, descriptor socket) : path_{std::move(path)}, socket_{std::move(socket)} {}

    static auto fresh() -> descriptor { return descriptor{socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}; }

  public:
    unix_listener(unix_listener&& other) noexcept : path_{std::exchange(other.path_, {})}, socket_{std::move(other.socket_)} {}
    auto operator=(unix_listener&&) -> unix_listener& = delete;
    ~unix_listener() {
        if (not path_.empty()) {
            unlink(path_.c_str());
        }
    }

    /// Takes the place of a socket at which nobody listens; any other file is left alone and refused.
    static auto open(std::string path) -> outcome<unix_listener> {
        auto const refuse = [&](std::string const& what) { return failure{"socket '" + path + "' " + what}; };
        auto address = sockaddr_un{};
        if (path.empty() or path.size() >= sizeof(address.sun_path)) {
            return refuse("has no usable name: 1 to " + std::to_string(sizeof(address.sun_path) - 1) + " characters");
        }
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        auto const* const at = reinterpret_cast<sockaddr const*>(&address);
        struct stat found {};
        if (lstat(path.c_str(), &found) == 0) {
            if (not S_ISSOCK(found.st_mode)) {
                return refuse("is another kind of file; remove it, or choose another name");
            }
            if (connect(fresh().number(), at, sizeof(address)) == 0 or errno == EAGAIN) {
                return refuse("is in use by another process; end it, or choose another name");
            }
            unlink(path.c_str());
        }
        auto listening = fresh();
        if (bind(listening.number(), at, sizeof(address)) != 0) {
            return refuse(std::string{"cannot be used: bind: "} + std::strerror(errno));
        }
        auto opened = unix_listener{std::move(path), std::move(listening)};
        if (::listen(opened.number(), 1) != 0) {
            return failure{"socket '" + opened.path_ + "' cannot be used: listen: " + std::strerror(errno)};
        }
        return opened;
    }

    [[nodiscard]] auto number() const -> int { return socket_.number(); }
    /// Whoever connects; none when nobody does.
    [[nodiscard]] auto accept() const -> descriptor {
        return descriptor{accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    }
};

} // namespace rpmsg::host
