#pragma once

#include <rpmsg/testing/simulator/capture_sink.hpp>
#include <rpmsg/testing/simulator/core.hpp>
#include <rpmsg/testing/simulator/event_queue.hpp>
#include <rpmsg/testing/simulator/fault.hpp>
#include <rpmsg/testing/simulator/seeded_random.hpp>
#include <rpmsg/testing/simulator/sightings.hpp>
#include <rpmsg/testing/simulator/trace.hpp>
#include <rpmsg/testing/simulator/wire.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::testing::simulator {

/// The part of a world that lets time pass: it runs cores, delivers interrupts, starts and buries programs. For one thread.
class kernel {
    friend class core;
    friend class wire;
    friend class wire_tap;

  protected:
    std::uint64_t seed_;
    std::uint32_t size_;
    seeded_random random_;
    event_queue queue_{};
    nanoseconds now_{};
    std::vector<std::unique_ptr<wire>> wires_{};
    std::vector<std::unique_ptr<core>> cores_{};
    trace trace_{};
    sightings seen_{};
    std::string failure_{};
    std::function<void(occurrence const&)> on_fault_{};
    capture_sink* capture_{};
    std::uint64_t messages_{};
    bool is_started_{};
    bool is_draining_{};

    static constexpr std::uint32_t most_in_a_row = 1'000'000;
    static constexpr std::uint64_t most_accesses = 20'000'000; ///< in one poll
    static constexpr std::uint32_t signal_of_restart = 7;

    auto add_step(step_kind kind, std::uint32_t who, std::uint32_t a = 0, std::uint32_t b = 0, std::uint32_t with = 0) -> void {
        trace_.add({.at = now_, .kind = kind, .core = who, .a = a, .b = b, .with = with});
    }
    auto request(core& who, nanoseconds at) -> void { queue_.add(at, event_type::run, who.number_, ++who.request_); }
    /// The number of the access at which something happens: a crash, or the end of what one call may need.
    static auto set_limit(core& who) -> void { who.stop_at_ = std::min(who.accesses_ + most_accesses, who.crash_at_); }
    /// Requests the next run of a core when something is to do without an interrupt.
    auto plan(core& who) -> void {
        auto const earliest = now_ + who.settings_.poll_time;
        if (who.program_->is_pending()) {
            request(who, earliest);
            return;
        }
        auto const here = who.clock_.at(now_);
        auto const due = who.program_->next_deadline(here);
        if (due.is_set and not who.clock_.stands_still()) {
            request(who, std::max(earliest, who.clock_.when(due.at, now_)));
        }
    }
    auto notify(core& who, wire& line, std::uint32_t end, std::uint32_t signal) -> void {
        if (signal == signal_of_restart) {
            line.told(end);
            seen_.add("a program was told of the restart of its peer");
            who.program_->reset(line.plugs_[end].link);
        } else {
            who.program_->notify(line.plugs_[end].link, signal);
        }
        request(who, now_ + who.settings_.wake_time);
    }
    auto deliver(wire& line, std::uint32_t end, std::uint32_t signal) -> void {
        auto& who = *line.plugs_[end].who;
        if (not who.is_on_) {
            return;
        }
        if (who.is_paused_) {
            auto const which = std::uint64_t{line.number_} * 16 + std::uint64_t{end} * 8 + signal;
            if (std::find(who.latched_.begin(), who.latched_.end(), which) == who.latched_.end()) {
                who.latched_.push_back(which);
            }
            return;
        }
        add_step(step_kind::interrupt, who.number_, line.number_, signal);
        notify(who, line, end, signal);
    }
    auto run(core& who, std::uint32_t request_number) -> void {
        if (not who.is_on_ or who.is_paused_ or request_number != who.request_) {
            return;
        }
        if (who.blocked_until_ > now_) {
            request(who, who.blocked_until_);
            return;
        }
        auto const here = who.clock_.at(now_);
        add_step(step_kind::ran, who.number_, here);
        set_limit(who);
        who.program_->poll(here);
        for (auto const& each : who.plugs_) {
            each.line->polled(each.end);
        }
        if (who.is_dying_) {
            bury(who);
            return;
        }
        who.in_a_row_ = who.program_->is_pending() ? who.in_a_row_ + 1 : 0;
        if (who.in_a_row_ > most_in_a_row) {
            fail("the program of core '" + who.name_ + "' never yields: it was pending after " + std::to_string(most_in_a_row) +
                 " polls in a row");
        }
        plan(who);
    }
    /// What the program of a core does from now on has no effect.
    auto cut_off(core& who) -> void {
        if (not std::exchange(who.is_dying_, true)) {
            for (auto const& each : who.plugs_) {
                each.line->leave(each.end);
            }
        }
    }
    auto bury(core& who) -> void {
        cut_off(who);
        who.program_ = nullptr;
        for (auto const& each : who.plugs_) {
            each.line->left(each.end);
        }
        who.latched_.clear();
        who.crash_at_ = ~std::uint64_t{};
        set_limit(who);
        who.is_on_ = who.is_paused_ = who.is_dying_ = false;
        who.blocked_until_ = {};
        ++who.request_;
    }
    auto start(core& who) -> void {
        if (who.is_on_) { // it closed before
            bury(who);
        }
        ++who.life_;
        who.is_on_ = true;
        who.in_a_row_ = 0;
        for (auto const& each : who.plugs_) {
            each.line->enter(each.end);
            if (each.line->is_tainted_) {
                each.line->renewed_ |= 1u << each.end;
                each.line->is_tainted_ = each.line->renewed_ != 3;
            }
        }
        add_step(step_kind::started, who.number_, who.life_);
        who.program_ = who.make_(who);
        for (auto const& each : who.plugs_) {
            if (auto const count = who.program_->link_count(); each.link >= count) {
                fail("this scenario contradicts itself: wire '" + each.line->name_ + "' is link " + std::to_string(each.link) +
                     " of core '" + who.name_ + "', whose program has " + std::to_string(count) + " links");
                return;
            }
        }
        if (auto const outcome = who.program_->start(); not outcome) {
            fail("the program of core '" + who.name_ + "' did not start: " + std::string{rpmsg::describe(outcome.error())});
        }
        request(who, now_ + who.settings_.wake_time);
        for (auto const& each : who.plugs_) {
            auto& line = *each.line;
            if (line.tells_restarts() or (who.life_ == 1 and not line.is_doubtful_)) {
                continue;
            }
            line.is_doubtful_ = true;
            line.awaits_up_ = 0;
            if (line.plugs_[1 - each.end].who->is_on_) { // else it tells this core when it starts
                queue_.add(now_ + nanoseconds{1'000'000}, event_type::tell, line.number_, 1 - each.end);
            }
        }
    }
    auto resume(core& who) -> void {
        if (not std::exchange(who.is_paused_, false) or not who.is_on_) {
            return;
        }
        for (auto const which : std::exchange(who.latched_, {})) {
            auto& line = *wires_[static_cast<std::size_t>(which / 16)];
            deliver(line, static_cast<std::uint32_t>(which / 8 % 2), static_cast<std::uint32_t>(which % 8));
        }
        request(who, now_ + who.settings_.wake_time);
    }
    auto handle(occurrence const& what) -> void {
        switch (what.type) {
        case event_type::run: run(*cores_[what.who], what.detail); break;
        case event_type::interrupt: deliver(*wires_[what.who], what.detail / 8, what.detail % 8); break;
        case event_type::wire: wires_[what.who]->due(what.detail); break;
        case event_type::start: start(*cores_[what.who]); break;
        case event_type::resume: resume(*cores_[what.who]); break;
        case event_type::tell: deliver(*wires_[what.who], what.detail, signal_of_restart); break;
        case event_type::fault:
        case event_type::mend:
            if (on_fault_) {
                on_fault_(what);
            }
            break;
        }
    }
    kernel(std::uint64_t seed, std::uint32_t size) : seed_{seed}, size_{size}, random_{seed} {}
    ~kernel() = default;
    /// Destroys all programs.
    auto bury_all() -> void {
        for (auto const& each : cores_) {
            if (each->is_on_) {
                bury(*each);
            }
        }
    }

  public:
    kernel(kernel const&) = delete;
    auto operator=(kernel const&) -> kernel& = delete;

    /// Ends the run with a failure; the first one counts.
    auto fail(std::string const& what) -> void {
        if (failure_.empty()) {
            failure_ = what;
            add_step(step_kind::failed, step::no_core);
        }
    }
    [[nodiscard]] auto failure() const -> std::string const& { return failure_; }
    [[nodiscard]] auto now() const -> nanoseconds { return now_; }
    [[nodiscard]] auto seed() const -> std::uint64_t { return seed_; }
    [[nodiscard]] auto size() const -> std::uint32_t { return size_; }
    [[nodiscard]] auto steps() const -> trace const& { return trace_; }
    [[nodiscard]] auto seen() -> sightings& { return seen_; }
    /// The number of messages that were received on all links.
    [[nodiscard]] auto messages() const -> std::uint64_t { return messages_; }
    [[nodiscard]] auto core_count() const -> std::uint32_t { return static_cast<std::uint32_t>(cores_.size()); }
    [[nodiscard]] auto wire_count() const -> std::uint32_t { return static_cast<std::uint32_t>(wires_.size()); }
    [[nodiscard]] auto core_at(std::uint32_t number) -> core& { return *cores_[number]; }
    [[nodiscard]] auto wire_at(std::uint32_t number) -> wire& { return *wires_[number]; }
    /// Random numbers for the one who builds the world.
    [[nodiscard]] auto random() -> seeded_random& { return random_; }
};

inline auto core::now() const -> ticks { return clock_.at(world_->now_); }
inline auto core::note(std::uint32_t a, std::uint32_t b) -> void {
    if (is_alive()) {
        world_->add_step(step_kind::note, number_, a, b);
    }
}
inline auto core::saw(std::string_view situation) -> void {
    if (is_alive()) {
        world_->seen_.add(situation);
    }
}
inline auto core::fail(std::string const& what) -> void {
    if (is_alive()) {
        world_->fail("core '" + name_ + "': " + what);
    }
}
inline auto core::block(nanoseconds duration) -> void {
    if (is_alive()) {
        blocked_until_ = world_->now_ + duration;
    }
}
inline auto core::finds_no_buffer() -> void {
    if (is_alive() and blocks_for_ != nanoseconds{}) {
        block(std::exchange(blocks_for_, {}));
        world_->seen_.add("a core waited for a buffer and did nothing else");
    }
}
inline auto core::is_draining() const -> bool { return world_->is_draining_; }
inline auto core::reach_limit() -> void {
    if (accesses_ >= crash_at_) {
        crash_at_ = stop_at_ = ~std::uint64_t{};
        if (not is_dying_) {
            world_->seen_.add("a core crashed between two accesses");
            world_->cut_off(*this);
            world_->queue_.add(world_->now_ + nanoseconds{static_cast<std::int64_t>(1'000'000 + random_.below(20'000'000))},
                               event_type::start, number_);
        }
        return;
    }
    world_->fail("the program of core '" + name_ + "' never yields: one poll accessed shared memory " +
                 std::to_string(kernel::most_accesses) + " times");
    stop_at_ = ~std::uint64_t{};
}

inline auto wire::refuses() -> bool {
    if (refuse_ == 0) {
        return false;
    }
    --refuse_;
    world_->seen_.add("a doorbell was refused");
    return true;
}
inline auto wire::interrupt(std::uint32_t end, std::uint32_t signal) -> void {
    if (is_cut_ or lose_ > 0) {
        lose_ -= is_cut_ ? 0u : 1u;
        owed_[end] |= 1u << signal;
        world_->seen_.add("an interrupt was lost");
        return;
    }
    auto after = nanoseconds{500} + nanoseconds{static_cast<std::int64_t>(world_->random_.below(1'000))};
    if (late_ > 0) {
        --late_;
        after += delay_;
        world_->seen_.add("an interrupt came late");
    }
    world_->queue_.add(world_->now_ + after + (is_slow_ ? nanoseconds{300'000} : nanoseconds{}), event_type::interrupt, number_,
                       end * 8 + signal);
}
inline auto wire::call_after(nanoseconds duration, std::uint32_t detail) -> void {
    world_->queue_.add(world_->now_ + duration, event_type::wire, number_, detail);
}

inline auto wire_tap::received(rpmsg::wire::header const& header, const_bytes payload) -> void {
    auto& who = line_->at(end_);
    if (not who.is_alive()) {
        return;
    }
    auto& all = line_->in();
    ++all.messages_;
    all.add_step(step_kind::received, who.number(), line_->number(), static_cast<std::uint32_t>(payload.size()),
                 static_cast<std::uint32_t>(header.source));
    if (all.capture_ != nullptr) {
        all.capture_->add(*line_, end_, false, all.now_, header, payload);
    }
}
inline auto wire_tap::sending(rpmsg::wire::header const& header, const_bytes payload) -> void {
    sending_ = header;
    auto& all = line_->in();
    if (all.capture_ != nullptr and line_->at(end_).is_alive()) {
        all.capture_->add(*line_, end_, true, all.now_, header, payload);
    }
}
inline auto wire_tap::sent(bool accepted) -> void {
    auto& who = line_->at(end_);
    if (accepted and who.is_alive()) {
        line_->in().add_step(step_kind::sent, who.number(), line_->number(), sending_.length,
                             static_cast<std::uint32_t>(sending_.destination));
    }
}
inline auto wire_tap::changed(link_change const& change) -> void {
    auto& who = line_->at(end_);
    if (not who.is_alive()) {
        return;
    }
    auto& all = line_->in();
    if (change.event == link_event::up) {
        all.add_step(step_kind::link_up, who.number(), line_->number());
        all.seen_.add("a link came up");
        line_->came_up(end_);
    } else if (change.event == link_event::down) {
        all.add_step(step_kind::link_down, who.number(), line_->number(), static_cast<std::uint32_t>(change.reason));
        all.seen_.add(change.reason);
    }
}
inline auto wire_tap::dropped(counter reason) -> void { counted(reason, 1); }
inline auto wire_tap::counted(counter reason, std::uint32_t amount) -> void {
    if (line_->at(end_).is_alive()) {
        line_->in().seen_.add(reason, amount);
    }
}

} // namespace rpmsg::testing::simulator
