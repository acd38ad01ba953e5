#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// The doorbells of a link, and those that could not be rung: they are owed until a later try succeeds.
template <doorbell Bell> class owed_doorbells {
    [[no_unique_address]] Bell bell_;
    std::array<bool, 2> owed_{};

  public:
    constexpr explicit owed_doorbells(Bell bell) : bell_{bell} {}

    constexpr auto ring(std::uint32_t which, counters& counts) -> void {
        owed_[which] = not bell_.ring(which);
        if (owed_[which]) {
            counts.add(event_count::doorbell_failed);
        }
    }
    constexpr auto ring_if(bool wanted, std::uint32_t which, counters& counts) -> void {
        if (wanted) {
            ring(which, counts);
        }
    }
    constexpr auto ring_owed(counters& counts) -> void {
        ring_if(owed_[0], 0, counts);
        ring_if(owed_[1], 1, counts);
    }
    constexpr auto forget() -> void { owed_ = {}; }
    [[nodiscard]] constexpr auto owes() const -> bool { return owed_[0] or owed_[1]; }
};

} // namespace rpmsg::detail
