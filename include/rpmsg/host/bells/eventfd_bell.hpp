#pragma once

#include <rpmsg/host/bells/bell_file.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// The bell of one side as an eventfd: for threads, for related processes, and for a process that received the descriptor. The
/// ringing side uses only `ring`; threads of the owner share one object.
class eventfd_bell {
    int fd_{-1};
    std::mutex lock_{};
    std::uint32_t rings_{};
    std::uint32_t sleepers_{}; ///< threads that wait for the next ring
    std::uint32_t late_{};     ///< threads that wait for a ring which another thread has already read
    std::uint32_t called_{};   ///< rings by this object for late threads since the last read

    /// Called under the lock.
    auto read_rings() -> std::uint32_t {
        auto count = std::uint64_t{};
        if (read_bell(fd_, count) > 0 and count > std::exchange(called_, 0)) {
            ++rings_;
            late_ += std::exchange(sleepers_, 0);
        }
        if (late_ > 0 and called_ == 0 and ring_eventfd(fd_)) {
            called_ = 1;
        }
        return rings_;
    }

  public:
    eventfd_bell() : fd_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}
    /// Takes over an eventfd, for example one received from another process, and closes any other descriptor.
    explicit eventfd_bell(int fd) : fd_{kind_of_bell(fd) == bell_kind::eventfd ? fd : -1} {
        if (fd_ < 0) {
            host::descriptor{fd}.close();
        }
    }
    eventfd_bell(eventfd_bell const&) = delete;
    auto operator=(eventfd_bell const&) -> eventfd_bell& = delete;
    ~eventfd_bell() {
        if (fd_ >= 0) {
            close(fd_);
        }
    }

    /// False when no descriptor was available or it is no eventfd; then no ring has an effect.
    explicit operator bool() const { return fd_ >= 0; }
    /// For the event loop of the owner.
    [[nodiscard]] auto descriptor() const -> int { return fd_; }

    /// Never waits: a full counter has already rung.
    auto ring() -> bool { return ring_eventfd(fd_); }
    [[nodiscard]] auto rings() -> std::uint32_t {
        auto const held = std::lock_guard{lock_};
        return read_rings();
    }

    /// Sleeps until a ring after `before` or until the deadline; may return early. False when the deadline has passed.
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        auto const left = steady_clock::until(deadline);
        auto held = std::unique_lock{lock_};
        if (left > 0 and read_rings() == before) {
            ++sleepers_;
            held.unlock();
            auto waited = pollfd{.fd = fd_, .events = POLLIN, .revents = 0};
            poll(&waited, 1, static_cast<int>(std::min(left, ticks{0x7fff'ffff})));
            held.lock();
            --(rings_ == before ? sleepers_ : late_);
            read_rings();
        }
        return not has_passed(deadline, steady_clock::now());
    }
};

} // namespace rpmsg::host
