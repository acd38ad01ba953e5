#pragma once

#include <concepts>

namespace rpmsg {

/// What sleep has to do with a line, for NuttX's wake handshake (NuttX, drivers/rpmsg/rpmsg_port_uart.c).
///
///   wakes_peer    whether the peer sleeps between bursts: then each burst is announced and waits for the peer's answer
///   stay_awake()  the peer is about to send: this core must not sleep so deeply that bytes are lost
///   relax()       the peer has nothing more to send
///
/// Called from `poll`. Announcements of the peer are answered whatever the policy.
template <typename T>
concept power_policy = requires(T& power) {
    { T::wakes_peer } -> std::convertible_to<bool>;
    { power.stay_awake() } -> std::same_as<void>;
    { power.relax() } -> std::same_as<void>;
};

/// Both cores hear the line at any time.
struct always_on {
    static constexpr bool wakes_peer = false;
    constexpr auto stay_awake() -> void {}
    constexpr auto relax() -> void {}
};
static_assert(power_policy<always_on>);

} // namespace rpmsg
