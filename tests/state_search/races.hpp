#pragma once

#include "play.hpp"

namespace state_search {

/// Runs all plays of two calls and a third one that another context interrupts at one of its first locks. It finds values that
/// are read before the lock and used under it. Returns as `search`.
auto search_races(maker make, faults const& known = {}) -> std::string;

} // namespace state_search
