#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rpmsg::testing {

/// The scope of an exploration.
struct exploration_options {
    static constexpr std::uint32_t nobody = 0xff;
    static constexpr std::uint32_t unbounded = 0xff;

    bool sequential = false; ///< every load returns the newest store: misses failures that need the weak memory model
    std::uint32_t crashing_core = nobody;  ///< this core may crash at each of its accesses
    std::uint32_t crashes = 1;             ///< the most crashes within one execution
    std::uint32_t preemptions = unbounded; ///< the most switches away from a core that could continue, within one execution
    std::uint64_t max_states = ~std::uint64_t{};
};

/// The result of an exploration.
struct exploration {
    std::string failure{};            ///< empty when every execution passed
    std::vector<std::string> trace{}; ///< one line for each access on the way to the failure
    std::uint64_t states{};           ///< the number of distinct states
    std::uint64_t executions{};       ///< paths to an end or to a known state
    std::uint64_t complete{};         ///< paths to an end
    std::uint64_t crashes{};          ///< the number of crashes of a core
    bool is_exhaustive{};             ///< `max_states` did not stop the search

    [[nodiscard]] auto is_clean() const -> bool { return failure.empty(); }
    /// Returns the failure and its trace as text.
    [[nodiscard]] auto story() const -> std::string {
        auto text = failure;
        for (auto const& line : trace) {
            text += "\n  " + line;
        }
        return text;
    }
};

} // namespace rpmsg::testing
