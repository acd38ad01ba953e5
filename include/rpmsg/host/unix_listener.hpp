#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// A socket in the file system to which processes connect one after the other. Its destructor removes the name.
class unix_listener {
    static constexpr ticks patience = 1000;

    std::string path_{};
    descriptor socket_{};
    struct stat own_ {}; ///< the file at the path while it is the socket of this object

    unix_listener(std::string path, descriptor socket) : path_{std::move(path)}, socket_{std::move(socket)} {}

    /// Locks the folder of a path, so that no other listener creates or removes a name there during the lifetime of the result.
    static auto lock_folder_of(std::string const& path) -> descriptor {
        auto const slash = path.rfind('/');
        auto const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
        auto opened = descriptor{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        auto const deadline = steady_clock::now() + patience;
        while (opened and flock(opened.number(), LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK or has_passed(deadline, steady_clock::now())) {
                return {};
            }
            usleep(500);
        }
        return opened;
    }
    [[nodiscard]] auto has_name() const -> bool {
        struct stat found {};
        return lstat(path_.c_str(), &found) == 0 and found.st_ino == own_.st_ino and found.st_dev == own_.st_dev;
    }

    static auto fresh() -> descriptor { return descriptor{socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}; }

  public:
    unix_listener(unix_listener&& other) noexcept
        : path_{std::exchange(other.path_, {})}, socket_{std::move(other.socket_)}, own_{other.own_} {}
    auto operator=(unix_listener&&) -> unix_listener& = delete;
    ~unix_listener() {
        if (not path_.empty()) {
            auto const alone = lock_folder_of(path_);
            if (has_name()) { // the name may belong to a later listener
                unlink(path_.c_str());
            }
        }
    }

    /// Opens a socket. It replaces one without a listener and refuses any other file. Of several processes that open it at the
    /// same time one gets the name.
    static auto open(std::string path) -> outcome<unix_listener> {
        auto const refuse = [&](std::string const& what) { return failure{"socket '" + path + "' " + what}; };
        auto address = sockaddr_un{};
        if (path.empty() or path.size() >= sizeof(address.sun_path)) {
            return refuse("has no usable name: 1 to " + std::to_string(sizeof(address.sun_path) - 1) + " characters");
        }
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        auto const* const at = reinterpret_cast<sockaddr const*>(&address);
        auto const alone = lock_folder_of(path);
        if (not alone) {
            return refuse(std::string{"cannot be used: its folder: "} +
                          (errno == EWOULDBLOCK ? "a process that stands still has locked it" : words_of(errno)));
        }
        struct stat found {};
        if (lstat(path.c_str(), &found) == 0) {
            if (not S_ISSOCK(found.st_mode)) {
                return refuse("is another kind of file; remove it, or choose another name");
            }
            if (connect(fresh().number(), at, sizeof(address)) == 0 or errno != ECONNREFUSED) {
                return refuse("is in use by another process; end it, or choose another name");
            }
            unlink(path.c_str());
        }
        auto listening = fresh();
        if (bind(listening.number(), at, sizeof(address)) != 0) {
            return refuse("cannot be used: bind: " + words_of(errno));
        }
        auto opened = unix_listener{std::move(path), std::move(listening)};
        (void)lstat(opened.path_.c_str(), &opened.own_);
        if (::listen(opened.number(), 1) != 0) {
            return failure{"socket '" + opened.path_ + "' cannot be used: listen: " + words_of(errno)};
        }
        return opened;
    }

    [[nodiscard]] auto number() const -> int { return socket_.number(); }
    /// Accepts a connection; -1 when none is pending.
    [[nodiscard]] auto accept() const -> descriptor {
        return descriptor{accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    }
};

} // namespace rpmsg::host
