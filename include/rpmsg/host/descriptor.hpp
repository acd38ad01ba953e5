#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

namespace detail {
/// Lets `close` of a socket return without waiting for unsent data: a process that had the socket before may have requested
/// to wait.
inline auto end_lingering(int file) -> void {
    auto const before = errno;
    auto const at_once = linger{};
    (void)setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    errno = before;
}
} // namespace detail

/// A file descriptor that its owner closes at once on destruction; -1 means none.
class descriptor {
    int number_{-1};

  public:
    descriptor() = default;
    explicit descriptor(int number) : number_{number} {}
    descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    auto operator=(descriptor&& other) noexcept -> descriptor& {
        std::swap(number_, other.number_);
        other.close();
        return *this;
    }
    ~descriptor() { close(); }

    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] auto number() const -> int { return number_; }
    auto close() -> void {
        if (number_ >= 0) {
            detail::end_lingering(number_);
            ::close(std::exchange(number_, -1));
        }
    }
};

} // namespace rpmsg::host
