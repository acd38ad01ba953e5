#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// The memory orders that the library uses. The values are those of the compiler's atomic built-ins.
enum class order : int {
    relaxed = __ATOMIC_RELAXED,
    acquire = __ATOMIC_ACQUIRE,
    release = __ATOMIC_RELEASE,
    full = __ATOMIC_SEQ_CST,
};

/// Names every place where the library accesses memory that a peer can write. A region receives the name with each access, so
/// that a test can observe the access, weaken its order or act as the peer.
enum class site : std::uint8_t {
    // ring bookkeeping, driver and device
    peer_index,        ///< load of the peer's ring index: makes its entries and buffers visible
    own_index,         ///< store of the own ring index: publishes entries and buffers
    adopted_index,     ///< load of the own ring index, once, when the device attaches
    peer_entry,        ///< load of an id from the peer's ring
    peer_entry_length, ///< load of a used length
    own_entry,         ///< store of an id into the own ring
    own_entry_length,  ///< store of a used length
    own_flags,         ///< store of the own suppression flag
    own_event,         ///< store of the index at which this side wants the next doorbell
    peer_flags,        ///< load of the peer's suppression flag
    peer_event,        ///< load of the index at which the peer wants a doorbell
    doorbell_fence,    ///< between publishing and what may follow: checking whether the peer wants a doorbell, or ringing it
    arm_fence,         ///< between requesting a doorbell and checking the ring once more
    descriptor_load,
    descriptor_store,
    header_load,
    header_store,
    // start and restart
    ring_clear,    ///< stores while the driver initializes the rings
    status_load,   ///< load of the status byte
    status_store,  ///< store of the status byte: publishes the rings
    control_load,  ///< load of the peer's half of the control block, or of a boot word
    control_store, ///< store of the own half of the control block, or of a boot word: publishes all earlier stores
    restart_fence, ///< between attaching and the doorbell that wakes a waiting peer
    count_
};

/// Returns the order of the accesses at a site in production.
[[nodiscard]] constexpr auto order_of(site where) -> order {
    switch (where) {
    case site::peer_index:
    case site::status_load:
    case site::control_load: return order::acquire;
    case site::own_index:
    case site::status_store:
    case site::control_store: return order::release;
    case site::doorbell_fence:
    case site::arm_fence:
    case site::restart_fence: return order::full;
    default: return order::relaxed;
    }
}

/// Returns whether accesses at a site are ordered by those at another one, an index, and never coincide with accesses of the
/// peer. One volatile access is then enough, and the compiler may keep everything else in registers.
[[nodiscard]] constexpr auto is_plain(site where) -> bool {
    switch (where) {
    case site::peer_entry:
    case site::peer_entry_length:
    case site::own_entry:
    case site::own_entry_length:
    case site::descriptor_load:
    case site::descriptor_store:
    case site::header_load:
    case site::header_store:
    case site::ring_clear: return true;
    default: return false;
    }
}

} // namespace rpmsg
