#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/byte_stream.hpp>

#include <algorithm>
#include <cstddef>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// A serial line that the operating system provides as a descriptor. It owns the descriptor; `tty` and `pty` open it. Use it in
/// a transport through `byte_stream_ref`.
class serial_port {
    int fd_{-1};

  protected:
    /// Takes over a non-blocking descriptor.
    explicit serial_port(int fd) : fd_{fd} {}

  public:
    serial_port(serial_port&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    auto operator=(serial_port&& other) noexcept -> serial_port& {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~serial_port() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }

    /// For the event loop of the owner.
    [[nodiscard]] auto descriptor() const -> int { return fd_; }

    auto write(const_bytes out) -> std::size_t {
        auto const taken = ::write(fd_, out.data(), out.size());
        return taken > 0 ? static_cast<std::size_t>(taken) : 0;
    }
    auto read(bytes in) -> std::size_t {
        auto const count = ::read(fd_, in.data(), in.size());
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    /// Sleeps until bytes have arrived or the deadline has passed; may return early.
    auto wait_until(ticks deadline) const -> void {
        auto waited = pollfd{.fd = fd_, .events = POLLIN, .revents = 0};
        ::poll(&waited, 1, static_cast<int>(std::min(steady_clock::until(deadline), ticks{0x7fff'ffff})));
    }
};
static_assert(readable_byte_stream<serial_port>);

} // namespace rpmsg::host
