#pragma once

#include <functional>
#include <string>
#include <vector>

/// A bug that was put into a build of the headers: `find(seeds)` runs a campaign over it, and returns the invariant that failed, or
/// nothing. It names nothing of the library, so that builds of changed headers can be listed together.
namespace simulator_tests {

struct seeded_bug {
    char const* name{};
    std::string (*find)(unsigned seeds){};
};
inline auto seeded_bugs() -> std::vector<seeded_bug>& {
    static auto all = std::vector<seeded_bug>{};
    return all;
}
inline auto seed(seeded_bug const& bug) -> bool {
    seeded_bugs().push_back(bug);
    return true;
}

} // namespace simulator_tests
