#pragma once

#include "options.hpp"
#include "shared_block.hpp"

namespace demo {

/// Requests `run_side` and the supervisor to end; may be called in a signal handler.
auto ask_to_end() -> void;
[[nodiscard]] auto is_asked_to_end() -> bool;

/// Attaches the link as this side and works until both sides have everything. Returns the exit status; failures are already
/// printed. With `by_hand` it reports its own part of the stream; otherwise the supervisor does.
auto run_side(role me, options const& chosen, rpmsg::host::shared_memory& memory, bool by_hand) -> int;

} // namespace demo
