#pragma once

#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/transport/transport.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace rpmsg {

namespace detail {
// Functions that the description of an endpoint or of a group may have beside its handlers, so that a service needs no thread.
// The channel adds them to its own. A description without them costs nothing.
//
//   on_poll(link, now)   called by each `poll` after the messages, also while the link is down: answers that found no buffer,
//                        time-outs. For a group `link` stands for its first session: use `link.session(i)`
//   next_deadline(now)   the latest time of the next `on_poll`
//   is_pending()         whether another poll is needed now. Called in every context. Work that waits for a buffer is not
//                        pending: a refused send requests the doorbell that ends in a poll
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

/// Whether a table has an item with a hook.
template <typename Table> constexpr auto has_hooks() -> bool {
    if constexpr (requires { Table::has_hooks; }) {
        return Table::has_hooks;
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

/// Whether a service of the table needs another poll now.
[[nodiscard]] constexpr auto is_pending([[maybe_unused]] auto& table) -> bool {
    auto is_set = false;
    if constexpr (has_hooks<std::remove_reference_t<decltype(table)>>()) {
        table.for_each_item([&]<typename T>(T& item, std::uint32_t) {
            if constexpr (has_is_pending<T>) {
                is_set = is_set or item.is_pending();
            }
        });
    }
    return is_set;
}
/// The earlier one of `first` and the deadlines of all services of the table.
[[nodiscard]] constexpr auto next_deadline([[maybe_unused]] auto& table, poll_deadline first, [[maybe_unused]] ticks now)
    -> poll_deadline {
    if constexpr (has_hooks<std::remove_reference_t<decltype(table)>>()) {
        table.for_each_item([&]<typename T>(T& item, std::uint32_t) {
            if constexpr (has_next_deadline<T>) {
                first = earlier(first, item.next_deadline(now), now);
            }
        });
    }
    return first;
}
} // namespace detail

} // namespace rpmsg
