#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/wire/header.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// Room for the payload of one message, on loan from a transport; or no room.
struct tx_buffer {
    bytes space{};
    std::uint32_t token{};
    std::uint32_t offset = nowhere; ///< of the frame; the transport's own, like the token; `nowhere` when there is no room

    [[nodiscard]] constexpr explicit operator bool() const { return offset != nowhere; }
};

/// What `receive` found.
enum class rx_outcome : std::uint8_t {
    none,    ///< nothing waits
    ended,   ///< nothing waits, and the link is about to change: `poll` again at once
    dropped, ///< a bad message was dropped and counted; there may be more
    message, ///< a message; give it back with `release`
};

/// What a transport needs to take a received buffer back.
struct rx_token {
    std::uint32_t id{};
    std::uint32_t capacity{}; ///< bytes of the buffer
};

/// A received message on loan from a transport. The addresses are this side's own copy, the size of the payload is checked
/// against the buffer; the payload begins at a multiple of 4 and may lie in memory that a hostile peer goes on changing.
struct rx_buffer {
    rx_outcome outcome{};
    address source{};
    address destination{};
    const_bytes payload{};
    rx_token token{};
};

/// Why a link went down.
enum class down_reason : std::uint8_t {
    none,
    peer_restarted, ///< the peer started anew; the link comes back by itself
    peer_stopped,   ///< the peer took its readiness back
    broken,         ///< the peer broke the rules of the ring
    incompatible,   ///< the peer was built with another configuration
    closed,         ///< this side closed the link
    peer_panicked,  ///< the peer says that it crashed; the link comes back when it starts anew
    reset_asked,    ///< the peer asks that this side's processor be reset; the link comes back in any case
};

/// In this order: what comes behind `refused` is a change of generation.
enum class link_event : std::uint8_t {
    none,
    ending,  ///< it goes down once what the peer sent before is delivered: `poll` again at once
    refused, ///< it was not up, and cannot come up with what the peer offers now
    up,
    down, ///< it was up
};

/// What changed about a link.
struct link_change {
    link_event event{};
    down_reason reason{};
    std::uint16_t unreturned{}; ///< on down: messages sent that the peer had not given back; the newest ones, in order
};

/// When `poll` must be called at the latest though nothing rang.
struct poll_deadline {
    bool is_set{};
    ticks at{};
};

/// Moves messages to and from one peer. No operation waits; `commit` means accepted.
///
///   max_frame              the largest frame in bytes, header included: a bound for static storage
///   acknowledged           whether the peer answers announcements (NuttX and this library do)
///   tx_limit(), rx_limit() the largest payload in bytes that can be sent and received now
///   start()                begins; `misconfigured` when this side cannot work. The peer may come later
///   close()                ends; nothing is sent or received until `start`
///   poll(now)              looks after the link itself and says whether it came up or went down
///   notify(queue)          the doorbell of a queue rang; safe in an interrupt at any time
///   reserve()              room for a message, or none while all buffers are with the peer
///   discard(b)             gives unused room back; it serves the next `reserve`. Room that was given before the link went
///                          down last, too: until then nothing else may use it, as somebody may still be writing to it
///   commit(b, h)           sends the first h.length bytes of the room, which has as many, with header h; false when the
///                          link has no use for it. Room goes back once, while the link is up that gave it
///   receive()              the oldest message that was not received yet; flushes when there is none
///   release(t)             gives the received buffer of a token back; any order
///   flush()                shows the peer what was released or sent
///   writable()             whether the next `reserve` may succeed; until then a doorbell is asked for
///   next_deadline(now)     when to poll again at the latest
///   counts()               the counters of this link
///   count(reason)          counts one more
///   is_drained()           optional: all that was there at the last look was received, and a doorbell rings for what comes
///   release(t, true)       optional: `release` and `flush` in one
///   reserve(size)          optional: room for a payload of `size` bytes, or none; where buffers of the peer differ in size
///   can_say_goodbye()      optional: whether what is sent now still goes to a peer that hears it; looks at the peer's words
///   takes_names()          optional: whether the peer took the name service, so that announcements are for anybody
template <typename T>
concept transport = requires(T& t, tx_buffer const& room, rx_token const& received, wire::header const& header, ticks now,
                             std::uint32_t queue) {
    { T::max_frame } -> std::convertible_to<std::uint32_t>;
    { T::acknowledged } -> std::convertible_to<bool>;
    { t.tx_limit() } -> std::same_as<std::uint32_t>;
    { t.rx_limit() } -> std::same_as<std::uint32_t>;
    { t.start() } -> std::same_as<status>;
    { t.close() } -> std::same_as<void>;
    { t.poll(now) } -> std::same_as<link_change>;
    { t.notify(queue) } -> std::same_as<void>;
    { t.reserve() } -> std::same_as<tx_buffer>;
    { t.discard(room) } -> std::same_as<void>;
    { t.commit(room, header) } -> std::same_as<bool>;
    { t.receive() } -> std::same_as<rx_buffer>;
    { t.release(received) } -> std::same_as<void>;
    { t.flush() } -> std::same_as<void>;
    { t.writable() } -> std::same_as<bool>;
    { t.next_deadline(now) } -> std::same_as<poll_deadline>;
    { t.counts() } -> std::same_as<counters const&>;
    { t.count(counter{}) } -> std::same_as<void>;
};

namespace detail {
/// Whether another `receive` would be in vain, as far as the transport tells.
[[nodiscard]] constexpr auto is_drained(transport auto const& link) -> bool {
    if constexpr (requires { link.is_drained(); }) {
        return link.is_drained();
    } else {
        return false;
    }
}
/// Whether a transport finds room for a certain size, so that what it answers is large enough.
template <typename Transport> inline constexpr bool says_room = requires(Transport link) { link.reserve(std::uint32_t{}); };
/// Room for `size` bytes where the transport can tell before, else any.
[[gnu::always_inline]] [[nodiscard]] constexpr auto reserve_for(transport auto& link, [[maybe_unused]] std::size_t size)
    -> tx_buffer {
    if constexpr (says_room<std::remove_reference_t<decltype(link)>>) {
        return link.reserve(static_cast<std::uint32_t>(size));
    } else {
        return link.reserve();
    }
}
/// Whether a goodbye reaches anybody.
[[nodiscard]] constexpr auto can_say_goodbye(transport auto& link) -> bool {
    if constexpr (requires { link.can_say_goodbye(); }) {
        return link.can_say_goodbye();
    } else {
        return true;
    }
}
/// Whether announcements are for anybody.
[[nodiscard]] constexpr auto takes_names(transport auto& link) -> bool {
    if constexpr (requires { link.takes_names(); }) {
        return link.takes_names();
    } else {
        return true;
    }
}
/// Gives a received buffer back and shows it to the peer.
constexpr auto release_at_once(transport auto& link, rx_token const& received) -> void {
    if constexpr (requires { link.release(received, true); }) {
        link.release(received, true);
    } else {
        link.release(received);
        link.flush();
    }
}
} // namespace detail

namespace archetypes {
struct transport {
    static constexpr std::uint32_t max_frame = 512;
    static constexpr bool acknowledged = false;
    auto tx_limit() -> std::uint32_t;
    auto rx_limit() -> std::uint32_t;
    auto start() -> status;
    auto close() -> void;
    auto poll(ticks) -> link_change;
    auto notify(std::uint32_t) -> void;
    auto reserve() -> tx_buffer;
    auto discard(tx_buffer const&) -> void;
    auto commit(tx_buffer const&, wire::header const&) -> bool;
    auto receive() -> rx_buffer;
    auto release(rx_token const&) -> void;
    auto flush() -> void;
    auto writable() -> bool;
    auto next_deadline(ticks) -> poll_deadline;
    auto counts() -> counters const&;
    auto count(counter) -> void;
};
} // namespace archetypes
static_assert(transport<archetypes::transport>);

} // namespace rpmsg
