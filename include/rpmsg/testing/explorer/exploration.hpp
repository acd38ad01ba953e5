#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rpmsg::testing {

/// What an exploration covers.
struct exploration_options {
    static constexpr std::uint32_t nobody = 0xff;
    static constexpr std::uint32_t unbounded = 0xff;

    bool sequential = false;               ///< every load sees the newest store: misses what only the weak model finds
    std::uint32_t crashing_core = nobody;  ///< this core may crash at each of its accesses
    std::uint32_t crashes = 1;             ///< how often, within one execution
    std::uint32_t preemptions = unbounded; ///< how often a core that could go on is made to wait
    std::uint64_t max_states = ~std::uint64_t{};
};

/// What an exploration found.
struct exploration {
    std::string failure{};            ///< empty when every execution was good
    std::vector<std::string> trace{}; ///< of the failure, a line for each access
    std::uint64_t states{};           ///< distinct ones
    std::uint64_t executions{};       ///< paths to an end or to a state that was known
    std::uint64_t complete{};         ///< of these, to an end
    std::uint64_t crashes{};          ///< how often a core crashed
    bool is_exhaustive{};             ///< `max_states` cut nothing off

    [[nodiscard]] auto is_clean() const -> bool { return failure.empty(); }
    /// The failure and its trace.
    [[nodiscard]] auto story() const -> std::string {
        auto text = failure;
        for (auto const& line : trace) {
            text += "\n  " + line;
        }
        return text;
    }
};

} // namespace rpmsg::testing
