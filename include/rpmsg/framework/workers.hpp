#pragma once

#include <rpmsg/platform/clock.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// What a `dispatched` table does when an endpoint has its quota of messages.
enum class when_behind : std::uint8_t {
    leave, ///< no message of the link is taken until the endpoint has room: the peer runs out of buffers, nothing is lost
    drop,  ///< the next messages to the endpoint are dropped and counted; other endpoints are not delayed
    tell,  ///< likewise, and the endpoint receives the event `overrun`
};

struct dispatch_config {
    std::uint32_t look_ahead = 8; ///< messages taken from the peer and not handled yet; each keeps a receive buffer
    std::uint32_t quota = 0;      ///< of them for one endpoint; 0: as many as the look-ahead
    when_behind behind = when_behind::leave;
    ticks late = 0;           ///< a worker that runs longer counts as dead: nothing waits for it any more; 0: no limit
    ticks drain = 0;          ///< how long a link that ends waits for workers to handle what was taken; then it is dropped
    bool peer_resets = false; ///< the peer lays the rings out again after each restart of this side, as Linux's remoteproc
                              ///< does and hosts that call `reset`: a look-ahead needs it in dialects that do not show a
                              ///< restart of the device
};

/// The poller calls the handlers, after it has looked ahead.
template <dispatch_config Config = dispatch_config{}> struct inline_worker {
    static constexpr auto config = Config;
    static constexpr bool is_threaded = false;
};
/// Other contexts call the handlers, as tasks of an RTOS or threads, any number of them: `worker{link, period}.run(stop)`.
template <dispatch_config Config = dispatch_config{}> struct workers {
    static constexpr auto config = Config;
    static constexpr bool is_threaded = true;
};

/// Gives an endpoint or a group a priority in a `dispatched` table: `with_priority<2>(endpoint<"alarm">(f))`. Without it the
/// priority is 0; the highest one comes first.
template <std::uint8_t Priority, typename Item> struct prioritised : Item {
    static constexpr std::uint8_t priority = Priority;
};
template <std::uint8_t Priority, typename Item> [[nodiscard]] constexpr auto with_priority(Item item) {
    return prioritised<Priority, Item>{std::move(item)};
}

namespace detail {
template <typename Item> constexpr auto priority_of() -> std::uint8_t {
    if constexpr (requires { Item::priority; }) {
        return Item::priority;
    } else {
        return 0;
    }
}
} // namespace detail

} // namespace rpmsg
