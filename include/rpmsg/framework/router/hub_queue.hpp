#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/transport/transport.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// A message in a receive buffer of one link that waits for a transmit buffer of another one.
struct waiting_message {
    const_bytes payload{};
    rx_token token{};
    std::uint32_t route{};
    std::uint32_t uses{}; ///< of the route: it is dropped when the route ended meanwhile
    std::uint8_t from{};  ///< its link
    std::uint8_t side{};  ///< of the route
};

/// The messages that wait for one link, in their order. `Size` is a power of two.
template <std::uint32_t Size> class hub_queue {
    std::array<waiting_message, Size> places_{};
    std::uint32_t first_{};
    std::uint32_t count_{};

    [[nodiscard]] constexpr auto at(std::uint32_t i) -> waiting_message& { return places_[(first_ + i) % Size]; }
    [[nodiscard]] constexpr auto at(std::uint32_t i) const -> waiting_message const& { return places_[(first_ + i) % Size]; }

  public:
    [[nodiscard]] constexpr auto is_empty() const -> bool { return count_ == 0; }
    [[nodiscard]] constexpr auto count() const -> std::uint32_t { return count_; }
    [[nodiscard]] constexpr auto front() const -> waiting_message const& { return at(0); }
    constexpr auto pop() -> void {
        first_ = (first_ + 1) % Size;
        --count_;
    }
    /// False when there is no place, or when the link has `share` messages here already.
    [[nodiscard]] constexpr auto push(waiting_message const& it, std::uint32_t share) -> bool {
        std::uint32_t own = 0;
        for (std::uint32_t i = 0; i < count_; ++i) {
            own += at(i).from == it.from ? 1u : 0u;
        }
        if (count_ == Size or own >= share) {
            return false;
        }
        at(count_++) = it;
        return true;
    }
    /// Removes all messages of a link; their number.
    constexpr auto remove(std::uint32_t from) -> std::uint32_t {
        std::uint32_t kept = 0;
        for (std::uint32_t i = 0; i < count_; ++i) {
            if (at(i).from != from) {
                at(kept++) = at(i);
            }
        }
        auto const removed = count_ - kept;
        count_ = kept;
        return removed;
    }
};

} // namespace rpmsg::detail
