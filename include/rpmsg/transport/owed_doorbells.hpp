#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The doorbells of a link, and those that could not be rung: they are owed until a later try succeeds.
template <doorbell Bell> class owed_doorbells {
    static constexpr bool may_fail = std::same_as<decltype(std::declval<Bell&>().ring(0)), bool>;
    struct nothing {};

    [[no_unique_address]] Bell bell_;
    [[no_unique_address]] std::conditional_t<may_fail, std::array<bool, 2>, nothing> owed_{};

  public:
    constexpr explicit owed_doorbells(Bell bell) : bell_{bell} {}

    constexpr auto ring(std::uint32_t which, [[maybe_unused]] counters& counts) -> void {
        if constexpr (may_fail) {
            owed_[which] = not bell_.ring(which);
            if (owed_[which]) {
                counts.add(event_count::doorbell_failed);
            }
        } else {
            bell_.ring(which);
        }
    }
    /// The rings that they were for are gone.
    constexpr auto forget() -> void {
        if constexpr (may_fail) {
            owed_ = {};
        }
    }
    constexpr auto ring_owed(counters& counts) -> void {
        for (std::uint32_t which = 0; may_fail and which < 2; ++which) {
            if (owes(which)) {
                ring(which, counts);
            }
        }
    }
    [[nodiscard]] constexpr auto owes([[maybe_unused]] std::uint32_t which) const -> bool {
        if constexpr (may_fail) {
            return owed_[which];
        } else {
            return false;
        }
    }
    [[nodiscard]] constexpr auto owes() const -> bool { return owes(0) or owes(1); }
};

} // namespace rpmsg::detail
