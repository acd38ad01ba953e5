#pragma once

#include <rpmsg/platform/clock.hpp>

#include <cstdint>
#include <ctime>

namespace rpmsg::host {

/// The monotonic clock of the host in milliseconds, which are the ticks of all wait policies in host/. All processes of one
/// machine read the same time.
struct steady_clock {
    static auto nanoseconds() -> std::uint64_t {
        auto time = timespec{};
        clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_nsec);
    }
    static auto now() -> ticks { return static_cast<ticks>(nanoseconds() / 1'000'000u); }
    /// Returns the milliseconds until the deadline; 0 when it has passed.
    static auto until(ticks deadline) -> ticks {
        auto const time = now();
        return has_passed(deadline, time) ? 0 : deadline - time;
    }
};
static_assert(clock_source<steady_clock>);

} // namespace rpmsg::host
