#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/testing/simulator/event_queue.hpp>

#include <cstdint>

namespace rpmsg::testing::simulator {

/// The clock of one core: it counts ticks modulo 2^32 while virtual time passes. It may run too fast or too slowly, be set to
/// another time, and stand still.
class core_clock {
    static constexpr std::uint64_t second = 1'000'000'000;

    std::uint64_t rate_;
    std::int64_t drift_{}; ///< parts per million
    bool stands_{};
    ticks count_;
    nanoseconds since_{};

    [[nodiscard]] auto speed() const -> std::uint64_t {
        auto const rate = static_cast<std::int64_t>(rate_);
        auto const adjusted = rate + rate * drift_ / 1'000'000;
        return adjusted > 0 ? static_cast<std::uint64_t>(adjusted) : 1;
    }
    [[nodiscard]] auto passed(nanoseconds now) const -> ticks {
        if (stands_) {
            return 0;
        }
        auto const left = static_cast<std::uint64_t>((now - since_).count());
        return static_cast<ticks>(left / second * speed() + left % second * speed() / second);
    }
    auto settle(nanoseconds now) -> void {
        count_ += passed(now);
        since_ = now;
    }

  public:
    /// `rate` is in ticks per second, 1 to 10^9; `first` is the time at the start.
    explicit core_clock(std::uint32_t rate = 1'000'000, ticks first = 0) : rate_{rate}, count_{first} {}

    [[nodiscard]] auto at(nanoseconds now) const -> ticks { return count_ + passed(now); }
    [[nodiscard]] auto stands_still() const -> bool { return stands_; }
    /// When this clock shows `moment`, which must be less than 2^31 ticks ahead. It must not stand still.
    [[nodiscard]] auto when(ticks moment, nanoseconds now) const -> nanoseconds {
        auto const left = std::uint64_t{until(moment, at(now))};
        return now + nanoseconds{static_cast<std::int64_t>((left * second + speed() - 1) / speed())};
    }

    auto drift(std::int64_t parts_per_million, nanoseconds now) -> void {
        settle(now);
        drift_ = parts_per_million;
    }
    auto jump(ticks by, nanoseconds now) -> void {
        settle(now);
        count_ += by;
    }
    auto stop(nanoseconds now) -> void {
        settle(now);
        stands_ = true;
    }
    /// From now on it counts as it should, from the time that it shows.
    auto mend(nanoseconds now) -> void {
        settle(now);
        drift_ = 0;
        stands_ = false;
    }
};

} // namespace rpmsg::testing::simulator
