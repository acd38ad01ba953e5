#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/clock.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace rpmsg {

/// Times in buckets whose width grows with the time, for percentiles of any number of times in fixed memory. Times below
/// `2 << Precision` are exact; a percentile of greater ones is at most 1 / 2^Precision too large, and never too small.
template <std::uint32_t Precision = 4> class latency_histogram {
    static_assert(Precision >= 1 and Precision <= 8, "the precision is a number of bits from 1 to 8");

    static constexpr std::uint32_t per_octave = 1u << Precision;
    static constexpr std::uint32_t buckets = (33 - Precision) * per_octave;

    std::array<std::uint32_t, buckets> counts_{};
    std::uint32_t total_{};
    std::uint64_t sum_{};
    ticks min_ = ~ticks{};
    ticks max_{};

    [[nodiscard]] static constexpr auto bucket_of(ticks time) -> std::uint32_t {
        if (time < 2 * per_octave) {
            return time;
        }
        auto const shift = static_cast<std::uint32_t>(std::bit_width(time)) - 1 - Precision;
        return shift * per_octave + (time >> shift);
    }
    /// The largest time of a bucket.
    [[nodiscard]] static constexpr auto last_of(std::uint32_t bucket) -> ticks {
        if (bucket < 2 * per_octave) {
            return bucket;
        }
        auto const shift = bucket / per_octave - 1;
        auto const first = static_cast<ticks>(bucket - shift * per_octave) << shift;
        return first + ((ticks{1} << shift) - 1);
    }

  public:
    constexpr auto add(ticks time) -> void {
        if (total_ == 0xffff'ffff) {
            return;
        }
        ++counts_[bucket_of(time)];
        ++total_;
        sum_ += time;
        min_ = std::min(min_, time);
        max_ = std::max(max_, time);
    }

    /// The number of times. The others are 0 while there is none.
    [[nodiscard]] constexpr auto count() const -> std::uint32_t { return total_; }
    [[nodiscard]] constexpr auto min() const -> ticks { return total_ != 0 ? min_ : 0; }
    [[nodiscard]] constexpr auto max() const -> ticks { return max_; }
    /// Rounded down.
    [[nodiscard]] constexpr auto mean() const -> ticks { return total_ != 0 ? static_cast<ticks>(sum_ / total_) : 0; }
    /// The smallest time that at least `percent` of all times do not exceed, as the end of its bucket. `percent` is 1 to 100.
    [[nodiscard]] constexpr auto percentile(std::uint32_t percent) const -> ticks {
        expects(percent >= 1 and percent <= 100);
        auto const rank = (std::uint64_t{total_} * percent + 99) / 100;
        auto seen = std::uint64_t{};
        for (std::uint32_t i = 0; i < buckets; ++i) {
            seen += counts_[i];
            if (seen != 0 and seen >= rank) {
                return std::min(last_of(i), max_);
            }
        }
        return 0;
    }
};

} // namespace rpmsg
