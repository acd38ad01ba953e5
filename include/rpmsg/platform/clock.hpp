#pragma once

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// A moment, in units of the user's clock. Counts modulo 2^32: two moments may lie half of that apart.
using ticks = std::uint32_t;

/// Whether `moment` is now or past.
[[nodiscard]] constexpr auto has_passed(ticks moment, ticks now) -> bool {
    return static_cast<std::int32_t>(now - moment) >= 0;
}

/// How long it is until a moment; 0 when it is now or past.
[[nodiscard]] constexpr auto until(ticks moment, ticks now) -> ticks { return has_passed(moment, now) ? 0 : moment - now; }

/// What is remembered of a moment: one that lies ahead is of a clock that was put back, and counts as now. A wait whose
/// beginning goes through here at every look ends at most its own length after the clock is right again, and never earlier
/// because the clock went back.
[[nodiscard]] constexpr auto not_ahead(ticks moment, ticks now) -> ticks { return has_passed(moment, now) ? moment : now; }

/// Tells the time. Read only by wait policies and by users, never by a link on its own.
template <typename T>
concept clock_source = requires(T& clock) {
    { clock.now() } -> std::same_as<ticks>;
};

} // namespace rpmsg
