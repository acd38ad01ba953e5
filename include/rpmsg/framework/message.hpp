#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>

namespace rpmsg {

/// A received message. The payload lies in the transport's buffer and is valid until the handler returns; a hostile peer
/// may change it meanwhile, so read each field once, or `snapshot` what a decision hangs on.
struct message {
    address source{};
    const_bytes payload{};
};

enum class event_kind : std::uint8_t {
    link_up,         ///< the peer is there
    link_down,       ///< the peer is gone; `reason` says why, `unreturned` how many messages of the whole link, announcements
                     ///< included, it had not given back: where one endpoint sends and the peer holds none, the newest ones
    bound,           ///< the endpoint has a peer now
    unbound,         ///< the endpoint has lost its peer
    writable,        ///< a send that found no buffer may succeed now
    refused,         ///< the link cannot come up with this peer; `reason` says why. It is tried again when the peer changes
    peer_moved,      ///< where names are not acknowledged: another endpoint of the peer, `peer`, sent a message to this one or
                     ///< announced its name. If it stands for the one that is bound, which may be gone, call `rebind(peer)`
    names_forgotten, ///< the peer announced more names than an `endpoint_pool` keeps for later: the oldest are forgotten,
                     ///< and an endpoint that is created later may not be bound by them. Told once while the link is up
};

/// Something happened to an endpoint. Delivered by `poll`, `close`, `reset` and `create`, outside of the lock, in this order:
///
///   link_up, then any number of { bound, unbound }, writable, peer_moved and names_forgotten in between; unbound where it
///   is bound; link_down. `refused` is told only while the link is not up.
///
/// An endpoint of a pool is told link_up where it is created on a link that is up. Once `destroy` has answered it is told nothing.
struct event {
    event_kind kind{};
    address peer = any_address; ///< of bound, unbound and peer_moved
    down_reason reason{};
    std::uint32_t unreturned{};
};

} // namespace rpmsg
