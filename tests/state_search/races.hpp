#pragma once

#include "play.hpp"

namespace state_search {

/// All plays of two calls and a third with another context's call at one of its first locks: what is read before the lock and
/// used under it. As `search`.
auto search_races(maker make, faults const& known = {}) -> std::string;

} // namespace state_search
