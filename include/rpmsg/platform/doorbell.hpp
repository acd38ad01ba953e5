#pragma once

#include <concepts>
#include <cstdint>

namespace rpmsg {

/// Tells the peer that a ring has changed: a mailbox register, an inter-processor interrupt, an eventfd. `queue` is the
/// ring's number, 0 or 1. Must not wait. One that may fail answers whether it rang, and is rung again by `poll`; one that
/// cannot fail answers nothing. What was stored before must reach the peer first: on Arm a mailbox in another domain needs
/// a DSB before its register.
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

/// A doorbell that lives elsewhere.
template <typename Bell> class doorbell_ref {
    static_assert(doorbell<Bell>);
    Bell* bell_;

  public:
    constexpr doorbell_ref(Bell& bell) : bell_{&bell} {}
    constexpr auto ring(std::uint32_t queue) { return bell_->ring(queue); }
};

} // namespace rpmsg
