#pragma once

#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/transport/transport.hpp>

#include <concepts>

namespace rpmsg {

/// Functions that the description of an endpoint or of a group may have beside its handlers, so that a service needs no thread.
/// The channel adds them to its own. A description without them costs nothing.
///
///   on_poll(link, now)   called by each `poll` after the messages, also while the link is down: answers that found no buffer,
///                        time-outs. For a group `link` stands for its first session: use `link.session(i)`
///   next_deadline(now)   the latest time of the next `on_poll`
///   is_pending()         whether another poll is needed now. Called in every context. Work that waits for a buffer is not
///                        pending: a refused send requests the doorbell that ends in a poll
namespace detail {
template <typename T>
concept has_on_poll = requires(T& it, archetypes::group_link& link, ticks now) {
    { it.on_poll(link, now) } -> std::same_as<void>;
};
template <typename T>
concept has_next_deadline = requires(T& it, ticks now) {
    { it.next_deadline(now) } -> std::same_as<poll_deadline>;
};
template <typename T>
concept has_is_pending = requires(T& it) {
    { it.is_pending() } -> std::same_as<bool>;
};
template <typename T> inline constexpr bool has_hook = has_on_poll<T> or has_next_deadline<T> or has_is_pending<T>;

/// Whether a description sends answers without which the peer sends nothing: see `endpoint_link::send_credit`.
template <typename T> constexpr auto uses_credits() -> bool {
    if constexpr (requires { T::has_credits; }) {
        return T::has_credits;
    } else {
        return false;
    }
}
/// Whether a table has an item with a hook.
template <typename Table> constexpr auto has_hooks() -> bool {
    if constexpr (requires { Table::has_hooks; }) {
        return Table::has_hooks;
    } else {
        return false;
    }
}

/// Whether the last transmit buffer is kept for names and credits.
template <typename Table> constexpr auto keeps_buffer() -> bool {
    if constexpr (requires { Table::has_credits; }) {
        return Table::has_credits;
    } else {
        return false;
    }
}

/// The earlier one of two deadlines.
[[nodiscard]] constexpr auto earlier(poll_deadline a, poll_deadline b, ticks now) -> poll_deadline {
    if (not a.is_set or not b.is_set) {
        return a.is_set ? a : b;
    }
    return until(a.at, now) <= until(b.at, now) ? a : b;
}
} // namespace detail

} // namespace rpmsg
