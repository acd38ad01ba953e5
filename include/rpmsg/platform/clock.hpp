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

/// Tells the time. Read only by wait policies and by users, never by a link on its own.
template <typename T>
concept clock_source = requires(T& clock) {
    { clock.now() } -> std::same_as<ticks>;
};

} // namespace rpmsg
