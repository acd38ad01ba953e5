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
    link_up,   ///< the peer is there
    link_down, ///< the peer is gone; `reason` says why, `unreturned` how many messages of the whole link, announcements
               ///< included, it had not given back: where one endpoint sends and the peer holds none, the newest ones
    bound,     ///< the endpoint has a peer now
    unbound,   ///< the endpoint has lost its peer
    writable,  ///< a send that found no buffer may succeed now
};

/// Something happened to an endpoint. Delivered by `poll`, outside of the lock.
struct event {
    event_kind kind{};
    address peer = any_address; ///< of bound and unbound
    down_reason reason{};
    std::uint32_t unreturned{};
};

} // namespace rpmsg
