#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace rpmsg::testing::simulator {

/// A duration, or a moment since the start of the simulation.
using nanoseconds = std::chrono::nanoseconds;

/// What happens at a moment.
enum class event_type : std::uint8_t {
    run,       ///< a core runs; `detail` is the number of the request, so that only the last one counts
    interrupt, ///< an interrupt arrives at end `detail` / 8 of a wire, with the signal `detail` % 8
    wire,      ///< a wire asked to be called; `detail` is its own
    start,     ///< a core starts again
    resume,    ///< a pause of a core ends
    tell,      ///< the program at end `detail` of a wire is told that its peer has restarted
    fault,     ///< the next fault of kind `who`
    mend,      ///< the fault of kind `detail` at the wire or core `who` ends
};

struct occurrence {
    nanoseconds at{};
    std::uint64_t serial{};
    std::uint32_t who{};
    std::uint32_t detail{};
    event_type type{};
};

/// Events in the order of their moments; those of one moment in the order in which they were added.
class event_queue {
    std::vector<occurrence> heap_{};
    std::uint64_t serial_{};

    static auto is_later(occurrence const& a, occurrence const& b) -> bool {
        return a.at != b.at ? a.at > b.at : a.serial > b.serial;
    }

  public:
    auto add(nanoseconds at, event_type type, std::uint32_t who, std::uint32_t detail = 0) -> void {
        heap_.push_back({.at = at, .serial = serial_++, .who = who, .detail = detail, .type = type});
        std::push_heap(heap_.begin(), heap_.end(), is_later);
    }
    [[nodiscard]] auto is_empty() const -> bool { return heap_.empty(); }
    [[nodiscard]] auto size() const -> std::size_t { return heap_.size(); }
    /// The moment of the first event; there must be one.
    [[nodiscard]] auto first_at() const -> nanoseconds { return heap_.front().at; }
    /// Removes and returns the first event; there must be one.
    auto take() -> occurrence {
        std::pop_heap(heap_.begin(), heap_.end(), is_later);
        auto const first = heap_.back();
        heap_.pop_back();
        return first;
    }
};

} // namespace rpmsg::testing::simulator
