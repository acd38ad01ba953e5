#pragma once

#include <rpmsg/testing/explorer/search.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rpmsg::testing {

/// Runs the programs of several cores in every possible way, up to equality of states: each interleaving of their accesses,
/// each store that a load may return, each value of a `pick`, a crash at each access.
///
/// All state of the programs must be on their own stacks or in memory passed to `keep`, and must own nothing elsewhere. A core
/// sleeps until its doorbell rings. If no core can continue and one sleeps, a wakeup was lost.
class explorer : public search {
    auto race(std::string_view what, std::string_view name) -> void {
        report("data race: " + std::string{what} + " of " + std::string{name});
        stop();
    }
    [[nodiscard]] auto effective(ordering how) const -> ordering {
        return options_.sequential ? ordering::acquire_release : how;
    }

  public:
    explicit explorer(exploration_options options = {}) : search{options} {}

    /// Returns the running core, or `exploration_options::nobody` before and after an exploration.
    [[nodiscard]] auto core() const -> std::uint32_t { return running_; }
    [[nodiscard]] auto is_tracing() const -> bool { return is_tracing_; }
    /// Returns how often a core crashed in this execution.
    [[nodiscard]] auto crashes_of(std::uint32_t which) const -> std::uint32_t { return lives_of(which); }

    /// Accesses a word, 0 to `weak_memory::max_words` - 1. `initial` is its value at the start.
    auto load(std::uint32_t word, ordering how, std::uint32_t initial = 0) -> std::uint32_t {
        auto const age = take_turn(access::load, word);
        if (age != 0) {
            note("reads a value that is no longer the newest:");
        }
        return memory_.load(running_, word, effective(how), age, initial);
    }
    auto store(std::uint32_t word, ordering how, std::uint32_t value, std::uint32_t initial = 0) -> void {
        take_turn(access::step);
        if (not memory_.has_room(word)) {
            fail("too many stores that nobody reads");
        }
        memory_.store(running_, word, effective(how), value, initial);
    }
    /// Only a full fence is a step that other cores can observe.
    auto fence(ordering how) -> void {
        if (how == ordering::full) {
            take_turn(access::step);
        }
        memory_.fence(running_, how);
    }

    /// Accesses a cell, 0 to `weak_memory::max_cells` - 1: data for which an access and a write without order are a race.
    auto read(std::uint32_t cell, std::string_view name) -> void {
        survive();
        if (not memory_.read(running_, cell)) {
            race("read", name);
        }
    }
    auto write(std::uint32_t cell, std::string_view name) -> void {
        survive();
        if (not memory_.write(running_, cell)) {
            race("write", name);
        }
    }

    /// Rings the doorbell of a core.
    auto ring(std::uint32_t whom) -> void {
        take_turn(access::step);
        memory_.ring(running_, whom);
    }
    /// Waits for the own doorbell, which must ring.
    auto sleep() -> void {
        take_turn(access::sleep);
        memory_.answer(running_);
    }
    /// Waits for the own doorbell, which need not ring again.
    auto idle() -> void {
        take_turn(access::idle);
        memory_.answer(running_);
    }

    /// Returns each number below `count`, one in each execution.
    [[nodiscard]] auto pick(std::uint32_t count) -> std::uint32_t { return take_turn(access::pick, 0, count); }
    /// A point at which the core may crash; each access contains one.
    auto survive() -> void {
        if (may_crash(running_)) {
            take_turn(access::pick);
        }
    }
    auto fail(std::string_view what) -> void {
        report(what);
        stop();
    }
    /// Checks a condition and reports a failure when it is false.
    auto check(bool condition, std::string_view what) -> void {
        if (not condition) {
            fail(what);
        }
    }
};

} // namespace rpmsg::testing
