#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// A bell shared with another process: an eventfd, or a stream socket, which virtio_uml uses as one. Each process that has the
// file may clear its O_NONBLOCK at any time, so no call here relies on the flag, and none waits.

namespace rpmsg::host {

/// The kinds of descriptors that can be bells.
enum class bell_kind : std::uint8_t { none, eventfd, socket };

/// Returns the kind of a descriptor. Anything that is no bell is `none`: writing to a pipe could end this process with SIGPIPE,
/// and a file would store what is written.
inline auto kind_of_bell(int file) -> bell_kind {
    struct stat found {};
    if (file < 0 or fstat(file, &found) != 0) {
        return bell_kind::none;
    }
    if (S_ISSOCK(found.st_mode)) {
        return bell_kind::socket;
    }
    char name[32]{};
    auto const size = readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), name, sizeof(name));
    auto const is_named = size < 0 or std::string_view{name, static_cast<std::size_t>(size)} == "anon_inode:[eventfd]";
    return (found.st_mode & S_IFMT) == 0 and is_named ? bell_kind::eventfd : bell_kind::none;
}

namespace detail {
inline auto is_due(int file, short what) -> bool {
    auto waited = pollfd{.fd = file, .events = what, .revents = 0};
    return poll(&waited, 1, 0) == 1 and (waited.revents & what) != 0;
}
} // namespace detail

/// Adds one to an eventfd. A full one has already rung. The write blocks only if another process fills a blocking eventfd
/// between the check and the write; no system call prevents that.
inline auto ring_eventfd(int file) -> bool {
    auto const one = std::uint64_t{1};
    if (not detail::is_due(file, POLLOUT)) {
        return kind_of_bell(file) == bell_kind::eventfd;
    }
    return write(file, &one, sizeof(one)) == sizeof(one) or errno == EAGAIN;
}
/// Sends eight bytes to an eventfd or a socket. A full one has already rung.
inline auto ring_bell(int file) -> bool {
    auto const one = std::uint64_t{1};
    auto const sent = send(file, &one, sizeof(one), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 and errno == ENOTSOCK) {
        return ring_eventfd(file);
    }
    return sent == sizeof(one) or errno == EAGAIN;
}

/// Reads the count of an eventfd, or eight bytes of any other bell. As `read`, but never waits.
inline auto read_bell(int file, std::uint64_t& count) -> ssize_t {
    auto const got = recv(file, &count, sizeof(count), MSG_DONTWAIT);
    if (got >= 0 or errno != ENOTSOCK) {
        return got;
    }
    auto const room = iovec{.iov_base = &count, .iov_len = sizeof(count)};
    auto const read_now = preadv2(file, &room, 1, -1, RWF_NOWAIT);
    if (read_now >= 0 or (errno != EOPNOTSUPP and errno != ENOSYS and errno != EINVAL)) {
        return read_now;
    }
    if (not detail::is_due(file, POLLIN)) { // the kernel or the file does not support RWF_NOWAIT
        errno = EAGAIN;
        return -1;
    }
    return read(file, &count, sizeof(count));
}

} // namespace rpmsg::host
