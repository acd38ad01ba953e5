#pragma once

#include <rpmsg/testing/explorer/exploration.hpp>
#include <rpmsg/testing/explorer/fiber.hpp>
#include <rpmsg/testing/explorer/snapshots.hpp>
#include <rpmsg/testing/explorer/state_set.hpp>
#include <rpmsg/testing/explorer/weak_memory.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::testing {

/// The depth-first search of an explorer: the possible next steps and the visited states.
class search {
  protected:
    static constexpr std::uint32_t nobody = exploration_options::nobody;
    enum class access : std::uint8_t { step, load, pick, sleep, idle, ended };

    exploration_options options_;
    weak_memory memory_{};
    exploration found_{};
    std::uint32_t running_ = nobody;
    bool is_tracing_{};

  private:
    static constexpr std::uint8_t crash = 0xff;

    struct pending {
        access kind{};
        std::uint8_t subject{};
        std::uint8_t options{};
        std::uint8_t lives{};
    };
    struct situation {
        std::array<pending, weak_memory::max_cores> cores{};
        std::uint32_t last = nobody;
        std::uint16_t preemptions{};
        std::uint16_t crashes{};
    };
    struct program {
        search* owner{};
        std::string name{};
        std::function<void()> body{};
        std::function<void()> reborn{};
        fiber context{};
    };
    struct step {
        std::uint8_t core;
        std::uint8_t choice;
    };
    struct branch {
        std::size_t saved;
        std::size_t path;
        std::uint32_t next;
    };

    std::deque<program> programs_{};
    std::function<void()> at_end_ = [] {};
    situation now_{};
    snapshots past_{memory_};
    std::uint8_t answer_{};
    state_set visited_{};
    std::vector<branch> branches_{};
    std::vector<step> path_{};

    static auto enter(void* argument) -> void {
        auto& self = *static_cast<program*>(argument);
        auto& engine = *self.owner;
        auto const core = engine.running_;
        (engine.now_.cores[core].lives == 0 ? self.body : self.reborn)();
        engine.now_.cores[core].kind = access::ended;
        engine.memory_.retire(core);
        while (true) {
            self.context.suspend();
        }
    }

    [[nodiscard]] auto outcomes(std::uint32_t core) const -> std::uint32_t {
        auto const& state = now_.cores[core];
        switch (state.kind) {
        case access::step: return 1;
        case access::load: return options_.sequential ? 1 : memory_.readable(core, state.subject);
        case access::pick: return state.options;
        case access::ended: return 0;
        default: return memory_.is_rung(core) ? 1 : 0;
        }
    }
    /// Returns a core that is at a `pick`, which others cannot observe: it goes first.
    [[nodiscard]] auto picking_core() const -> std::uint32_t {
        for (std::uint32_t core = 0; core < programs_.size(); ++core) {
            if (now_.cores[core].kind == access::pick) {
                return core;
            }
        }
        return nobody;
    }
    [[nodiscard]] auto must_stay() const -> bool {
        return options_.preemptions != exploration_options::unbounded and now_.preemptions >= options_.preemptions and
               now_.last != nobody and outcomes(now_.last) != 0;
    }
    /// Returns the nth possible next step; its core is `nobody` when there are fewer.
    [[nodiscard]] auto candidate(std::uint32_t n) const -> step {
        auto const picking = picking_core();
        auto const only = picking == nobody and must_stay() ? now_.last : picking;
        for (std::uint32_t core = 0; core < programs_.size(); ++core) {
            auto const usual = only == nobody or only == core ? outcomes(core) : 0;
            auto const is_mortal = may_crash(core) and (picking == nobody or picking == core);
            if (n < usual + (is_mortal ? 1 : 0)) {
                return {static_cast<std::uint8_t>(core), n < usual ? static_cast<std::uint8_t>(n) : crash};
            }
            n -= usual + (is_mortal ? 1 : 0);
        }
        return {static_cast<std::uint8_t>(nobody), 0};
    }

    auto resume(std::uint32_t core) -> void {
        auto& context = programs_[core].context;
        running_ = core;
        context.unguard();
        context.resume();
        context.unguard();
        running_ = nobody;
    }
    auto advance(step chosen) -> void {
        auto const core = std::uint32_t{chosen.core};
        if (options_.preemptions != exploration_options::unbounded) {
            auto const preempts = now_.last != nobody and now_.last != core and outcomes(now_.last) != 0;
            now_.preemptions = static_cast<std::uint16_t>(now_.preemptions + (preempts ? 1 : 0));
            now_.last = core;
        }
        path_.push_back(chosen);
        if (chosen.choice == crash) {
            ++now_.crashes;
            ++found_.crashes;
            ++now_.cores[core].lives;
            memory_.silence(core);
            programs_[core].context.start(enter, &programs_[core]);
            running_ = core;
            note("CRASH");
        }
        answer_ = chosen.choice;
        resume(core);
        auto active = std::uint32_t{};
        for (std::uint32_t i = 0; i < programs_.size(); ++i) {
            active |= (now_.cores[i].kind != access::ended ? 1u : 0u) << i;
        }
        memory_.forget(active);
    }

    auto begin(std::size_t initial) -> void {
        past_.restore(initial);
        path_.clear();
        for (std::uint32_t core = 0; core < programs_.size(); ++core) {
            resume(core);
        }
    }
    auto finish() -> void {
        for (std::uint32_t core = 0; core < programs_.size(); ++core) {
            if (now_.cores[core].kind == access::sleep) {
                report("lost wakeup: " + programs_[core].name + " sleeps for ever");
            }
        }
        if (found_.failure.empty()) {
            at_end_();
            ++found_.complete;
        }
    }
    /// Continues until an end or a known state, and records the branches on the way.
    auto explore() -> void {
        while (found_.failure.empty()) {
            auto const first = candidate(0);
            if (first.core == nobody) {
                finish();
                break;
            }
            if (not visited_.insert(past_.fingerprint())) {
                break;
            }
            if (candidate(1).core != nobody) {
                branches_.push_back({past_.save(), path_.size(), 1});
            }
            advance(first);
        }
        ++found_.executions;
    }
    auto trace_failure(std::size_t initial) -> void {
        auto const failure = std::exchange(found_.failure, {});
        auto const path = path_;
        is_tracing_ = true;
        begin(initial);
        for (auto const each : path) {
            advance(each);
        }
        if (found_.failure.empty()) {
            finish();
        }
        found_.trace.push_back(failure == found_.failure ? failure : "not reproduced: the programs have hidden state");
    }

  protected:
    /// Suspends the running core until the search selects its access, and returns the selected outcome.
    auto take_turn(access kind, std::uint32_t subject = 0, std::uint32_t options = 1) -> std::uint32_t {
        auto& state = now_.cores[running_];
        state.kind = kind;
        state.subject = static_cast<std::uint8_t>(subject);
        state.options = static_cast<std::uint8_t>(options);
        programs_[running_].context.suspend();
        return answer_;
    }

    [[nodiscard]] auto may_crash(std::uint32_t core) const -> bool {
        return core == options_.crashing_core and now_.crashes < options_.crashes and now_.cores[core].kind != access::ended;
    }
    [[nodiscard]] auto lives_of(std::uint32_t core) const -> std::uint32_t { return now_.cores[core].lives; }

    /// Ends the exploration after this turn.
    auto report(std::string_view what) -> void {
        if (found_.failure.empty()) {
            found_.failure = what;
        }
    }
    /// Abandons a core that failed. Objects on its stack must not own anything.
    auto stop() -> void {
        if (running_ != nobody) {
            programs_[running_].context.suspend();
        }
    }

  public:
    explicit search(exploration_options options) : options_{options} {
        past_.keep(std::as_writable_bytes(std::span{&now_, 1}));
    }
    search(search const&) = delete;
    auto operator=(search const&) -> search& = delete;

    /// Adds a core, at most four. After a crash it runs `reborn` on an empty stack.
    auto add_core(std::string name, std::function<void()> body, std::function<void()> reborn = {}) -> void {
        programs_.push_back({.owner = this, .name = std::move(name), .body = std::move(body), .reborn = std::move(reborn)});
    }
    /// Registers memory that the programs share or that outlives them.
    auto keep(std::span<std::byte> memory) -> void { past_.keep(memory); }
    /// Sets a function that is called at the end of each execution.
    auto at_end(std::function<void()> matched) -> void { at_end_ = std::move(matched); }

    /// Adds a line to the trace.
    auto note(std::string_view what) -> void {
        if (is_tracing_ and running_ != nobody) {
            found_.trace.push_back(programs_[running_].name + ": " + std::string{what});
        }
    }

    /// Explores. May be called once.
    auto run() -> exploration {
        memory_ = weak_memory{static_cast<std::uint32_t>(programs_.size())};
        for (auto& each : programs_) {
            each.context.start(enter, &each);
            past_.keep(each.context);
        }
        auto const initial = past_.save();
        begin(initial);
        explore();
        while (found_.failure.empty() and not branches_.empty() and visited_.size() < options_.max_states) {
            auto& latest = branches_.back();
            past_.restore(latest.saved);
            path_.resize(latest.path);
            auto const chosen = candidate(latest.next++);
            if (chosen.core == nobody) {
                past_.drop(latest.saved);
                branches_.pop_back();
                continue;
            }
            advance(chosen);
            explore();
        }
        found_.states = visited_.size();
        found_.is_exhaustive = branches_.empty();
        if (not found_.failure.empty()) {
            auto const crashes = found_.crashes;
            trace_failure(initial);
            found_.crashes = crashes;
        }
        return std::move(found_);
    }
};

} // namespace rpmsg::testing
