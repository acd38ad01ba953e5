#pragma once

#include "options.hpp"

namespace demo {

/// Runs both sides as processes of its own, kills each once in mid-stream, starts it again and reports. Answers the exit
/// status.
auto supervise(options const& chosen, rpmsg::host::shared_memory& memory) -> int;

} // namespace demo
