#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The doorbells of a link. A doorbell that could not be rung is pending and is rung again by `ring_pending`.
template <doorbell Bell> class pending_doorbells {
    static constexpr bool may_fail = std::same_as<decltype(std::declval<Bell&>().ring(0)), bool>;
    struct nothing {};

    [[no_unique_address]] Bell bell_;
    [[no_unique_address]] std::conditional_t<may_fail, std::array<bool, 2>, nothing> pending_{};

  public:
    constexpr explicit pending_doorbells(Bell bell) : bell_{bell} {}

    constexpr auto ring(std::uint32_t which, [[maybe_unused]] counters& counts) -> void {
        if constexpr (may_fail) {
            pending_[which] = not bell_.ring(which);
            if (pending_[which]) {
                counts.add(counter::doorbell_failed);
            }
        } else {
            bell_.ring(which);
        }
    }
    /// Discards pending doorbells: their rings are not valid any more.
    constexpr auto forget() -> void {
        if constexpr (may_fail) {
            pending_ = {};
        }
    }
    constexpr auto ring_pending(counters& counts) -> void {
        for (std::uint32_t which = 0; may_fail and which < 2; ++which) {
            if (has_pending(which)) {
                ring(which, counts);
            }
        }
    }
    [[nodiscard]] constexpr auto has_pending([[maybe_unused]] std::uint32_t which) const -> bool {
        if constexpr (may_fail) {
            return pending_[which];
        } else {
            return false;
        }
    }
    [[nodiscard]] constexpr auto has_pending() const -> bool { return has_pending(0) or has_pending(1); }
};

} // namespace rpmsg::detail
