#pragma once

#include "options.hpp"
#include "shared_block.hpp"

namespace demo {

/// Asks `run_side` and the supervisor to come to an end; safe in a signal handler.
auto ask_to_end() -> void;
[[nodiscard]] auto is_asked_to_end() -> bool;

/// Attaches the link as this side and does its work until both sides have everything. Answers the exit status; what went
/// wrong was said. By hand it reports its own part of the stream; under a supervisor that one does.
auto run_side(role me, options const& chosen, rpmsg::host::shared_memory& memory, bool by_hand) -> int;

} // namespace demo
