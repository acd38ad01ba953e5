#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>

namespace rpmsg {

/// A received message. The payload is in the transport's buffer and is valid until the handler returns. A hostile peer may
/// change it meanwhile: read each field once, or `snapshot` the fields before a decision.
struct message {
    address source{};
    const_bytes payload{};
};

enum class event_kind : std::uint8_t {
    link_up,         ///< the link is up
    link_down,       ///< the link is down, for `reason`; the peer had not returned `unreturned` messages of the whole link,
                     ///< announcements included: the newest ones, if one endpoint sends and the peer holds no messages
    bound,           ///< the endpoint is bound to `peer`
    unbound,         ///< the endpoint is no longer bound to `peer`
    writable,        ///< a send that found no buffer may succeed now
    refused,         ///< the link cannot come up with this peer, for `reason`; it is tried again when the peer changes
    peer_moved,      ///< without acknowledged names: another endpoint of the peer, `peer`, sent a message to this one or
                     ///< announced its name. If it replaces the bound one, which may no longer exist, call `rebind(peer)`
    names_forgotten, ///< the peer announced more names than an `endpoint_pool` keeps: the oldest are dropped, and may not
                     ///< bind an endpoint that is created later. Reported once while the link is up
    slow_handler,    ///< the handler of the endpoint took longer than the limit of a `watched` table
    overrun,         ///< messages to the endpoint were dropped: a `dispatched` table held its quota of them, and tells so
    gone,            ///< the last event of an endpoint whose `destroy` answered `pending`: nothing is called any more
};

/// An event of an endpoint. `poll`, `close`, `reset` and `create` call the event handler outside of the lock, in this order:
///
///   link_up, then any number of { bound, unbound }, with writable, peer_moved, slow_handler and names_forgotten in between;
///   unbound if it is bound; link_down. `refused` occurs only while the link is not up.
///
/// An endpoint that is created while the link is up receives link_up at once. After `destroy` an endpoint receives no event,
/// but for `gone` where `destroy` said so. A `dispatched` table calls event handlers where it calls those of messages.
struct event {
    event_kind kind{};
    address peer = any_address; ///< with bound, unbound and peer_moved
    down_reason reason{};       ///< with link_down and refused
    std::uint32_t unreturned{}; ///< with link_down
};

} // namespace rpmsg
