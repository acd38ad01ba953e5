#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <concepts>

namespace rpmsg {

/// Connects the sleep states of a core with a serial line, for the wake handshake of NuttX (NuttX,
/// drivers/rpmsg/rpmsg_port_uart.c).
///
///   wakes_peer    whether the peer sleeps between bursts: then each burst is announced and waits for the peer's answer
///   stay_awake()  the peer is about to send: this core must not sleep so deeply that bytes are lost
///   relax()       the peer has nothing more to send
///
/// `poll` calls them. The link answers announcements of the peer with every policy.
template <typename T>
concept power_policy = requires(T& power) {
    { T::wakes_peer } -> std::convertible_to<bool>;
    { power.stay_awake() } -> std::same_as<void>;
    { power.relax() } -> std::same_as<void>;
};

/// For two cores that can receive at any time.
struct always_on {
    static constexpr bool wakes_peer = false;
    constexpr auto stay_awake() -> void {}
    constexpr auto relax() -> void {}
};
static_assert(power_policy<always_on>);

} // namespace rpmsg
