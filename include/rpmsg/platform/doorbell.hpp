#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <utility>

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

/// The notify id of a ring, as the resource table and the shared block have it.
enum class notify_id : std::uint32_t {};

/// A mailbox whose message must carry the notify id of the ring, as on i.MX (Linux, drivers/remoteproc/imx_rproc.c, and
/// rpmsg-lite, rpmsg_platform.c: the message of the MU is the id, shifted by 16). The other rules are those of a doorbell.
template <typename T>
concept id_doorbell = requires(T& bell, notify_id id) {
    { bell.ring(id) } -> std::same_as<bool>;
}
or requires(T& bell, notify_id id) {
    { bell.ring(id) } -> std::same_as<void>;
};

/// Makes a doorbell of such a mailbox; `Ids` are the `ring_notify_ids` of the shared block, for rings 0 and 1. It takes no
/// memory of its own.
template <id_doorbell Bell, std::array<std::uint32_t, 2> Ids> class numbered_doorbell {
    static_assert(Ids[0] != Ids[1], "each ring needs a notify id of its own");
    [[no_unique_address]] Bell bell_;

  public:
    constexpr explicit numbered_doorbell(Bell bell = {}) : bell_{std::move(bell)} {}
    constexpr auto ring(std::uint32_t queue) { return bell_.ring(notify_id{queue == 0 ? Ids[0] : Ids[1]}); }

    /// For the ISR of a mailbox that several links share: the ring of this link with the id of a message, or 2 for the ids of
    /// others. Any id is safe.
    [[nodiscard]] static constexpr auto ring_of(notify_id id) -> std::uint32_t {
        auto const number = static_cast<std::uint32_t>(id);
        return number == Ids[0] ? 0 : number == Ids[1] ? 1 : 2;
    }
};

/// Refers to a doorbell that is stored outside of the transport.
template <typename Bell> class doorbell_ref {
    static_assert(doorbell<Bell>);
    Bell* bell_;

  public:
    constexpr doorbell_ref(Bell& bell) : bell_{&bell} {}
    constexpr auto ring(std::uint32_t queue) { return bell_->ring(queue); }
};

} // namespace rpmsg
