#pragma once

#include "world.hpp"
#include <cstdint>
#include <string>
#include <vector>

namespace state_search {

/// The actions of the user of an end.
enum class act : std::uint8_t {
    start,
    close,
    reset,
    poll,    ///< with a budget of n messages, or the default one for 0
    ring,    ///< doorbells n arrive
    send,    ///< from endpoint n
    reserve, ///< for endpoint n
    commit,  ///< the n-th loan
    drop,    ///< the n-th loan
    hold,    ///< the next message, or the one that is being delivered
    release, ///< the n-th held message
    create,  ///< endpoint n
    destroy, ///< endpoint n
    kill,    ///< this end is replaced without a close, with endpoint n
    wait,    ///< time passes
    run,     ///< the main loops of both ends run
    count_
};

/// The point at which another call is made during a step.
enum class moment : std::uint8_t {
    never,
    message, ///< from within a message handler
    link_up, ///< from within an event handler
    link_down,
    bound,
    unbound,
    writable,
    lock,  ///< from another context, at a lock or unlock
    other, ///< by the other end, at a lock or unlock of this one
};

struct step {
    std::uint32_t end{};
    act what{};
    std::uint32_t n{};
    moment when{}; ///< of the inner call, which is made once
    act inner{};   ///< by the same end, except for `other`
    std::uint32_t inner_n{};
    std::uint32_t point{}; ///< number of locks and unlocks, or handlers, before the inner call

    auto operator==(step const&) const -> bool = default;
};

/// The state in which a play begins.
enum class beginning : std::uint8_t {
    nothing, ///< neither end is started
    linked,  ///< the link is up and the endpoints are bound
    used,    ///< as `linked`, and some messages were exchanged
};

struct play {
    beginning from = beginning::linked;
    std::uint32_t budget{}; ///< of the polls between and after the steps; 0 for the default
    std::vector<step> steps{};
};

/// Runs a play; returns an empty string, or a description of the fault.
auto run(maker make, play const& what) -> std::string;
/// Faults that are known and not fixed yet, as parts of their descriptions; a play with such a fault passes.
using faults = std::vector<std::string>;
/// The shortest play that still fails.
auto shrunk(maker make, play what, faults const& known = {}) -> play;
/// A play as source code for a test.
auto printed(play const& what) -> std::string;

/// The size of a search.
struct extent {
    std::uint64_t seed = 1;
    std::uint32_t plays = 2000;
    std::uint32_t longest = 10;
    faults known{};
};
/// Runs random plays. Returns an empty string, or the first failing play, shrunk, as source code with its fault.
auto search(maker make, extent const& how) -> std::string;
/// Runs all plays of `steps` steps out of a fixed set of steps of both ends.
auto search_all(maker make, std::uint32_t steps, beginning from = beginning::linked, faults const& known = {}) -> std::string;

} // namespace state_search
