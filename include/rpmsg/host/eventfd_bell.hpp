#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace rpmsg::host {

/// The bell of one side as an eventfd: for threads, for related processes, for whoever was handed the descriptor. The
/// ringing side uses only `ring`; threads of the owner share one object.
class eventfd_bell {
    int fd_{-1};
    std::atomic<std::uint32_t> rings_{};
    std::atomic<std::uint32_t> sleepers_{};

    auto drain() -> void {
        auto count = std::uint64_t{};
        if (read(fd_, &count, sizeof(count)) > 0) {
            ++rings_;
        }
    }

  public:
    eventfd_bell() : fd_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}
    /// Takes over a non-blocking eventfd, for example one that was received from another process.
    explicit eventfd_bell(int fd) : fd_{fd} {}
    eventfd_bell(eventfd_bell const&) = delete;
    auto operator=(eventfd_bell const&) -> eventfd_bell& = delete;
    ~eventfd_bell() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }

    /// False when the system had no descriptor left; then nothing rings.
    explicit operator bool() const { return fd_ >= 0; }
    /// For an event loop of the owner's.
    [[nodiscard]] auto descriptor() const -> int { return fd_; }

    /// Never waits: a counter that is full has rung already.
    auto ring() -> bool {
        auto const one = std::uint64_t{1};
        return write(fd_, &one, sizeof(one)) == sizeof(one) or errno == EAGAIN;
    }
    [[nodiscard]] auto rings() -> std::uint32_t {
        drain();
        return rings_;
    }

    /// Sleeps until a ring after `before` or the deadline; may return early. False when the deadline has passed.
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        auto const left = steady_clock::until(deadline);
        ++sleepers_;
        if (left > 0 and rings_ == before) {
            auto waited = pollfd{.fd = fd_, .events = POLLIN, .revents = 0};
            poll(&waited, 1, static_cast<int>(std::min(left, ticks{0x7fff'ffff})));
            drain();
        }
        if (--sleepers_ > 0 and rings_ != before) {
            ring();
        }
        return not has_passed(deadline, steady_clock::now());
    }
};

} // namespace rpmsg::host
