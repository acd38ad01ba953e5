#pragma once

#include "play.hpp"
#include "small_model.hpp"
#include <variant>
#include <vector>

namespace state_search {

/// A bug that was put into a build of the headers, and a part of the fault that the search must report.
struct seeded_bug {
    char const* name{};
    char const* fault{};
    std::variant<maker, small_maker> make{};
};
inline auto seeded_bugs() -> std::vector<seeded_bug>& {
    static auto all = std::vector<seeded_bug>{};
    return all;
}
inline auto seed(seeded_bug const& bug) -> bool {
    seeded_bugs().push_back(bug);
    return true;
}

} // namespace state_search
