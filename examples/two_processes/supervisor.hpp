#pragma once

#include "options.hpp"

namespace demo {

/// Runs both sides as child processes, kills each once during the stream, restarts it and prints a report. Returns the exit
/// status.
auto supervise(options const& chosen, rpmsg::host::shared_memory& memory) -> int;

} // namespace demo
