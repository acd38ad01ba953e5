#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// Notifies the peer that a ring has changed: a mailbox register, an inter-processor interrupt, an eventfd. `queue` is the
/// number of the ring, 0 or 1. `ring` must not wait. If it may fail, it returns whether it rang, and `poll` rings again; if it
/// cannot fail, it returns nothing. All earlier stores must reach the peer first: on Arm a mailbox in another domain needs a
/// DSB before its register is written.
template <typename T>
concept doorbell = requires(T& bell, std::uint32_t queue) {
    { bell.ring(queue) } -> std::same_as<bool>;
}
or requires(T& bell, std::uint32_t queue) {
    { bell.ring(queue) } -> std::same_as<void>;
};

/// For peers that poll.
struct no_doorbell {
    constexpr auto ring(std::uint32_t) -> void {}
};
static_assert(doorbell<no_doorbell>);

/// Refers to a doorbell that is stored outside of the transport.
template <typename Bell> class doorbell_ref {
    static_assert(doorbell<Bell>);
    Bell* bell_;

  public:
    constexpr doorbell_ref(Bell& bell) : bell_{&bell} {}
    constexpr auto ring(std::uint32_t queue) { return bell_->ring(queue); }
};

} // namespace rpmsg
