#pragma once

#include "world.hpp"
#include <cstdint>
#include <string>
#include <vector>

namespace state_search {

/// What the user of an end does.
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
    hold,    ///< the next message that comes, or the one that is being delivered
    release, ///< the n-th held message
    create,  ///< endpoint n
    destroy, ///< endpoint n
    kill,    ///< this end is started anew without a word, with endpoint n
    wait,    ///< time passes
    run,     ///< the main loops of both go round
    count_
};

/// When another call comes in between.
enum class moment : std::uint8_t {
    never,
    message, ///< from within a message handler
    link_up, ///< from within an event
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
    moment when{}; ///< of the call in between, once
    act inner{};   ///< by the same end, but for `other`
    std::uint32_t inner_n{};
    std::uint32_t point{}; ///< how many locks and unlocks, or handlers, come before

    auto operator==(step const&) const -> bool = default;
};

/// Where a play begins.
enum class beginning : std::uint8_t {
    nothing, ///< neither end is started
    linked,  ///< the link is up and the endpoints are bound
    used,    ///< and some messages were exchanged
};

struct play {
    beginning from = beginning::linked;
    std::uint32_t budget{}; ///< of the polls between and after the steps; 0 for the default
    std::vector<step> steps{};
};

/// Runs a play; empty, or what went wrong.
auto run(maker make, play const& what) -> std::string;
/// Faults that are known and not yet mended, as parts of what is said of them: a play that shows one counts as right.
using faults = std::vector<std::string>;
/// The shortest play that still goes wrong.
auto shrunk(maker make, play what, faults const& known = {}) -> play;
/// As code for a test.
auto printed(play const& what) -> std::string;

/// What a search looks for, and how long.
struct extent {
    std::uint64_t seed = 1;
    std::uint32_t plays = 2000;
    std::uint32_t longest = 10;
    faults known{};
};
/// Random plays. Empty, or the first failure: shrunk, as code, with what went wrong.
auto search(maker make, extent const& how) -> std::string;
/// All plays of so many steps out of an alphabet that covers both ends.
auto search_all(maker make, std::uint32_t steps, beginning from = beginning::linked, faults const& known = {}) -> std::string;

} // namespace state_search
