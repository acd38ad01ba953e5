#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// A point in time, in units of the user's clock. It counts modulo 2^32: two of them may be at most half of that apart.
using ticks = std::uint32_t;

/// Returns whether `moment` is now or in the past.
[[nodiscard]] constexpr auto has_passed(ticks moment, ticks now) -> bool {
    return static_cast<std::int32_t>(now - moment) >= 0;
}

/// Returns the time until `moment`; 0 when it is now or in the past.
[[nodiscard]] constexpr auto until(ticks moment, ticks now) -> ticks { return has_passed(moment, now) ? 0 : moment - now; }

/// Limits a stored `moment` to `now`: one in the future means that the clock was put back. A wait that applies this to its
/// start at every check ends at most one full length after the clock is correct again, and never early because the clock was
/// put back.
[[nodiscard]] constexpr auto not_ahead(ticks moment, ticks now) -> ticks { return has_passed(moment, now) ? moment : now; }

/// A source of the time. Only wait policies and users read it; a link never reads it.
template <typename T>
concept clock_source = requires(T& clock) {
    { clock.now() } -> std::same_as<ticks>;
};

} // namespace rpmsg
