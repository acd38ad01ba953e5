#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/lock.hpp>

#include <cstdint>

namespace rpmsg::testing {

/// The points at which a racing lock runs its interrupt. There is one just before each lock and one just after each unlock.
struct race_plan {
    std::uint32_t seed = 0;            ///< if not 0: random points, about every second one
    std::uint32_t first = 0;           ///< if 0: from the first point on
    std::uint32_t count = 0xffff'ffff; ///< at this many consecutive points
};

/// A lock, for use through `lock_ref`, that simulates an interrupt at the worst moment: it runs `interrupt()` at the points of
/// its plan, on the same thread, never nested and never while the lock is held.
template <typename Interrupt> class racing_lock {
    Interrupt interrupt_;
    race_plan plan_;
    std::uint32_t random_;
    std::uint32_t points_{};
    std::uint32_t interrupts_{};
    bool is_held_{};
    bool is_interrupted_{};

    constexpr auto is_chosen(std::uint32_t point) -> bool {
        if (plan_.seed == 0) {
            return point >= plan_.first and point - plan_.first < plan_.count;
        }
        random_ ^= random_ << 13;
        random_ ^= random_ >> 17;
        random_ ^= random_ << 5;
        return (random_ & 1) != 0;
    }
    constexpr auto race() -> void {
        if (is_interrupted_) {
            return;
        }
        if (is_chosen(points_++)) {
            ++interrupts_;
            is_interrupted_ = true;
            interrupt_();
            is_interrupted_ = false;
        }
    }

  public:
    constexpr explicit racing_lock(Interrupt interrupt, race_plan plan = {})
        : interrupt_{interrupt}, plan_{plan}, random_{plan.seed} {}

    constexpr auto lock() -> void {
        race();
        expects(not is_held_);
        is_held_ = true;
    }
    constexpr auto unlock() -> void {
        expects(is_held_);
        is_held_ = false;
        race();
    }

    /// Returns the race points passed so far: a test runs once to count them, then once for each.
    [[nodiscard]] constexpr auto points() const -> std::uint32_t { return points_; }
    [[nodiscard]] constexpr auto interrupts() const -> std::uint32_t { return interrupts_; }
};
static_assert(lock_policy<racing_lock<void (*)()>>);

} // namespace rpmsg::testing
