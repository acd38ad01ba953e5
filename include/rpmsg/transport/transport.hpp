#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/expects.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/wire/header.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// Room for the payload of one message, lent by the transport until `commit` or `discard`. False when there is no room.
struct tx_buffer {
    bytes space{};
    std::uint32_t token{};
    std::uint32_t offset = nowhere; ///< frame offset, private to the transport like `token`; `nowhere` when there is no room

    [[nodiscard]] constexpr explicit operator bool() const { return offset != nowhere; }
};

/// Result of `receive`.
enum class rx_outcome : std::uint8_t {
    none,    ///< no message is pending
    ended,   ///< no message is pending and the link is about to change: call `poll` again at once
    dropped, ///< a malformed message was dropped and counted; more may be pending
    message, ///< a message; return it with `release`
};

/// Identifies a received buffer in `release`.
struct rx_token {
    std::uint32_t id{};
    std::uint32_t capacity{}; ///< size of the buffer in bytes
};

/// A received message, lent by the transport until `release`. The addresses are a private copy, and the payload size was
/// checked against the buffer. The payload is aligned to 4 bytes; it may lie in memory that the peer can still modify.
struct rx_buffer {
    rx_outcome outcome{};
    address source{};
    address destination{};
    const_bytes payload{};
    rx_token token{};
};

/// Reason why a link went down.
enum class down_reason : std::uint8_t {
    none,
    peer_restarted, ///< the peer restarted; the link comes up again by itself
    peer_stopped,   ///< the peer cleared its ready state
    broken,         ///< the peer violated the ring protocol
    incompatible,   ///< the configuration of the peer does not match
    closed,         ///< this side closed the link
    peer_panicked,  ///< the peer reported a crash; the link comes up again when the peer restarts
    reset_asked,    ///< the peer requests a reset of this processor; the link comes up again in any case
};

/// The change that `poll` reports. The order matters: the values after `refused` change the generation of the link.
enum class link_event : std::uint8_t {
    none,
    ending,  ///< the link goes down after the pending messages of the peer are delivered: call `poll` again at once
    refused, ///< the link was not up and cannot come up with the current offer of the peer
    up,
    down, ///< the link was up before
};

/// Result of `poll`.
struct link_change {
    link_event event{};
    down_reason reason{};
    std::uint16_t unreturned{}; ///< on down: sent messages that the peer has not returned; these are the newest, in order
};

/// Latest time of the next `poll` when no doorbell arrives.
struct poll_deadline {
    bool is_set{};
    ticks at{};
};

/// A transport moves messages to and from one peer. No operation blocks. `commit` reports acceptance, not delivery. Only
/// `notify` may be called from an interrupt; all other operations need one context at a time.
///
///   max_frame              largest frame in bytes, header included: an upper bound for static storage
///   acknowledged           whether the peer acknowledges announcements (NuttX and this library do)
///   tx_limit(), rx_limit() largest payload in bytes that can be sent and received now
///   start()                starts the link; an error means that this side cannot work. The peer may start later
///   close()                stops the link; nothing is sent or received until `start`
///   poll(now)              runs the link state machine and reports up and down
///   notify(queue)          reports a doorbell of a queue; may be called from an interrupt at any time
///   reserve()              room for a message, or none while the peer has all buffers
///   discard(b)             returns unused room, which the next `reserve` can use. This includes room that was lent before the
///                          last link down: nothing else uses it until then, because its holder may still write to it
///   commit(b, h)           sends the first h.length bytes of the room, which must hold as many, with header h; false when the
///                          link cannot send them. Room is returned once, while the link is up that lent it
///   receive()              oldest pending message; flushes when there is none
///   release(t)             returns the received buffer of a token; in any order
///   flush()                publishes released and sent buffers to the peer
///   writable()             whether the next `reserve` may succeed; when false, a doorbell is requested
///   next_deadline(now)     latest time of the next poll
///   counts()               counters of this link
///   count(reason)          increments a counter
///   is_drained()           optional: all messages seen by the last check were received, and a doorbell follows for new ones
///   release(t, true)       optional: `release` and `flush` in one call
///   reserve(size)          optional: room for a payload of `size` bytes, or none; for peers whose buffers differ in size
///   can_say_goodbye()      optional: whether the peer still receives what is sent now; reads the words of the peer
///   announce(a)            optional, of a transport that owns the names: passes an announcement of this side on; returns
///                          `no_buffer` when it has to be repeated. Names of the peer are received as messages to address 53
///   attach(channel)        optional: `start` of the channel tells its transport where it is, before it starts the transport
///   resumes_by_index       optional: whether a restarted end resumes by an index, so that messages are released in their order
///   suppress_doorbells()   optional: no announcement waits for a buffer; until then a transport with the constant below requests
///                          a doorbell for returned buffers whenever the link comes up
///   comes_up_notified      optional, a constant: see `suppress_doorbells`
///   takes_names()          optional: whether the peer accepted the name service, so that announcements are sent
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
/// Whether `receive` is known to find no message; false where the transport has no `is_drained`.
[[nodiscard]] constexpr auto is_drained(transport auto const& link) -> bool {
    if constexpr (requires { link.is_drained(); }) {
        return link.is_drained();
    } else {
        return false;
    }
}
/// Whether the transport has `reserve(size)`.
template <typename Transport> inline constexpr bool says_room = requires(Transport link) { link.reserve(std::uint32_t{}); };
/// Room for `size` bytes where the transport has `reserve(size)`, else room of any size.
[[gnu::always_inline]] [[nodiscard]] constexpr auto reserve_for(transport auto& link, [[maybe_unused]] std::size_t size)
    -> tx_buffer {
    if constexpr (says_room<std::remove_reference_t<decltype(link)>>) {
        return link.reserve(static_cast<std::uint32_t>(size));
    } else {
        return link.reserve();
    }
}
/// Whether returned buffers ring from the start of a link until `suppress_doorbells`.
template <typename Transport> inline constexpr bool comes_up_notified = requires { requires Transport::comes_up_notified; };
/// Whether the peer still receives a goodbye.
[[nodiscard]] constexpr auto can_say_goodbye(transport auto& link) -> bool {
    if constexpr (requires { link.can_say_goodbye(); }) {
        return link.can_say_goodbye();
    } else {
        return true;
    }
}
/// Whether announcements are sent to this peer.
[[nodiscard]] constexpr auto takes_names(transport auto& link) -> bool {
    if constexpr (requires { link.takes_names(); }) {
        return link.takes_names();
    } else {
        return true;
    }
}
/// Returns a received buffer and publishes it to the peer at once.
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
/// A class that satisfies the concept and no more, for checks at compile time.
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

namespace detail {
/// What a transport is whose arguments were refused in words: it is made of anything, so that nothing else is said.
struct refused_transport : archetypes::transport {
    constexpr refused_transport(anything = {}, anything = {}, anything = {}) {}
};
static_assert(rpmsg::transport<refused_transport>);
} // namespace detail

} // namespace rpmsg
