#pragma once

#include <rpmsg/host/steady_clock.hpp>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rpmsg::host {

/// The bell of one side, in memory that both processes map: the peer rings it, its owner sleeps on it. It starts as zero.
/// Either process may overwrite it; the worst effect is a sleep until the deadline or a needless check.
class alignas(64) futex_bell {
    std::uint32_t rings_{};
    std::uint32_t sleepers_{};

    auto futex(int operation, std::uint32_t value, timespec const* timeout) -> long {
        return syscall(SYS_futex, &rings_, operation, value, timeout, nullptr, 0);
    }

  public:
    /// Counts the ring, and enters the kernel only when a thread sleeps. Never waits.
    auto ring() -> bool {
        __atomic_fetch_add(&rings_, 1u, __ATOMIC_SEQ_CST);
        return __atomic_load_n(&sleepers_, __ATOMIC_SEQ_CST) == 0 or futex(FUTEX_WAKE, INT_MAX, nullptr) >= 0;
    }
    [[nodiscard]] auto rings() const -> std::uint32_t { return __atomic_load_n(&rings_, __ATOMIC_ACQUIRE); }

    /// Sleeps until a ring after `before` or until the deadline; may return early. False when the deadline has passed.
    auto wait(std::uint32_t before, ticks deadline) -> bool {
        auto const left = steady_clock::until(deadline);
        if (left > 0 and rings() == before) {
            auto const timeout = timespec{static_cast<time_t>(left / 1000), static_cast<long>(left % 1000) * 1'000'000};
            __atomic_fetch_add(&sleepers_, 1u, __ATOMIC_SEQ_CST);
            futex(FUTEX_WAIT, before, &timeout);
            __atomic_fetch_sub(&sleepers_, 1u, __ATOMIC_SEQ_CST);
        }
        return not has_passed(deadline, steady_clock::now());
    }

    /// Clears the sleepers of an earlier process. For the owner, before its first wait.
    auto take_over() -> void { __atomic_store_n(&sleepers_, 0u, __ATOMIC_SEQ_CST); }
};
static_assert(sizeof(futex_bell) == 64);

} // namespace rpmsg::host
