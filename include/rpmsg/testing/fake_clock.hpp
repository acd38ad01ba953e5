#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/wait.hpp>

#include <cstdint>

namespace rpmsg::testing {

/// A clock that returns the time which the test wrote last.
class fake_clock {
    ticks const* time_;

  public:
    constexpr explicit fake_clock(ticks const& time) : time_{&time} {}
    [[nodiscard]] constexpr auto now() const -> ticks { return *time_; }
};
static_assert(clock_source<fake_clock>);

/// A wait policy on one thread. Instead of sleeping it calls `on_wait(*this)`, where the test acts for the other contexts;
/// without a wake from there the time jumps to the deadline. The test sets the current context.
template <typename OnWait> class fake_wait {
    OnWait on_wait_;
    ticks time_{};
    std::uint32_t wakes_{};
    std::uint32_t waits_{};
    std::uintptr_t context_ = 1;

  public:
    constexpr explicit fake_wait(OnWait on_wait) : on_wait_{on_wait} {}

    [[nodiscard]] constexpr auto now() const -> ticks { return time_; }
    [[nodiscard]] constexpr auto ticket() const -> std::uint32_t { return wakes_; }
    constexpr auto wait(std::uint32_t before, ticks deadline) -> bool {
        ++waits_;
        if (wakes_ == before) {
            on_wait_(*this);
        }
        if (wakes_ == before) {
            time_ = deadline;
        }
        return not has_passed(deadline, time_);
    }
    constexpr auto wake() -> void { ++wakes_; }
    [[nodiscard]] constexpr auto context() const -> std::uintptr_t { return context_; }

    /// Sets the context in which the test acts from now on; 1 at the start.
    constexpr auto enter(std::uintptr_t context) -> void { context_ = context; }
    constexpr auto advance(ticks duration) -> void { time_ += duration; }
    /// Returns the number of waits.
    [[nodiscard]] constexpr auto waits() const -> std::uint32_t { return waits_; }
};
/// For waits that end only at the deadline.
struct nobody_wakes {
    constexpr auto operator()(auto&) const -> void {}
};
static_assert(wait_policy<fake_wait<nobody_wakes>>);

} // namespace rpmsg::testing
