#pragma once

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

/// Receives the messages of all links of a world, for a file.
class capture_sink {
  public:
    virtual ~capture_sink() = default;
    virtual auto add(wire const& line, std::uint32_t end, bool is_sent, nanoseconds at, rpmsg::wire::header const& header,
                     const_bytes payload) -> void = 0;
};

/// Cores and wires between them in virtual time. All that happens follows from the seed. For one thread.
///
///   auto all = world{seed};
///   auto& rings = all.add_wire<ring_wire<config>>("rings");
///   auto& hub = all.add_core("hub", {}, [&](core& me) { return hub_program{me, rings.driver()}; });
///   auto& sensor = all.add_core("sensor", {}, [&](core& me) { return sensor_program{me, rings.device()}; });
///   rings.connect(hub, 0, sensor, 0);
///   all.run_for(10s);
class world {
    friend class core;
    friend class wire;
    friend class wire_tap;

    struct invariant {
        std::string name;
        std::function<bool()> holds;
    };
    struct demand {
        std::string name;
        std::function<std::uint64_t()> measure;
    };

    std::uint64_t seed_;
    std::uint32_t size_;
    seeded_random random_;
    event_queue queue_{};
    nanoseconds now_{};
    std::vector<std::unique_ptr<wire>> wires_{};
    std::vector<std::unique_ptr<core>> cores_{};
    std::vector<invariant> checks_{};
    std::vector<demand> demands_{};
    std::vector<std::function<std::string()>> last_checks_{};
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
    static auto set_limit(core& who) -> void {
        who.stop_at_ = std::min(who.accesses_ + most_accesses, who.crash_at_);
    }
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
            auto const which = std::uint64_t{line.number_} * 16 + end * 8 + signal;
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
            fail("the program of core '" + who.name_ + "' never yields: it was pending after " +
                 std::to_string(most_in_a_row) + " polls in a row");
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
        for (auto const& each : checks_) {
            if (not each.holds()) {
                fail(each.name);
                break;
            }
        }
    }
    /// What is wrong with the scenario, in words; empty when it can be run.
    [[nodiscard]] auto contradiction() -> std::string {
        if (cores_.empty()) {
            return "the world has no core";
        }
        for (auto const& each : cores_) {
            auto const& how = each->settings_;
            if (how.ticks_per_second == 0 or how.ticks_per_second > 1'000'000'000) {
                return "the clock of core '" + each->name_ + "' has 1 to 10^9 ticks per second";
            }
            if (how.poll_time.count() <= 0) {
                return "a poll of core '" + each->name_ + "' takes no time: it would run for ever at one moment";
            }
            for (auto const& one : each->plugs_) {
                for (auto const& other : each->plugs_) {
                    if (one.link == other.link and (one.line != other.line or one.end != other.end)) {
                        return "link " + std::to_string(one.link) + " of core '" + each->name_ + "' is connected to two wires";
                    }
                }
            }
        }
        for (auto const& each : wires_) {
            if (each->plugs_[0].who == nullptr or each->plugs_[1].who == nullptr) {
                return "wire '" + each->name_ + "' is not connected";
            }
            if (each->plugs_[0].who == each->plugs_[1].who) {
                return "both ends of wire '" + each->name_ + "' are connected to core '" + each->plugs_[0].who->name_ + "'";
            }
        }
        return {};
    }
    auto begin() -> void {
        is_started_ = true;
        if (auto const wrong = contradiction(); not wrong.empty()) {
            fail("this scenario contradicts itself: " + wrong);
            return;
        }
        for (auto const& each : cores_) {
            queue_.add(now_ + nanoseconds{static_cast<std::int64_t>(random_.below(1'000'000))}, event_type::start,
                       each->number_);
        }
    }

  public:
    /// `size` is the number of cores that the one who builds the world should make; a shorter run may ask for fewer.
    explicit world(std::uint64_t seed, std::uint32_t size = 2) : seed_{seed}, size_{size}, random_{seed} {}
    world(world const&) = delete;
    auto operator=(world const&) -> world& = delete;
    ~world() {
        for (auto const& each : cores_) {
            if (each->is_on_) {
                bury(*each);
            }
        }
    }

    /// Adds a core; `make(core&)` returns its program at each start.
    template <typename Make> auto add_core(std::string name, core_settings settings, Make make) -> core& {
        auto const number = static_cast<std::uint32_t>(cores_.size());
        cores_.push_back(std::make_unique<core>(*this, number, std::move(name), settings, seed_, [make](core& me) {
            return host_program([&] { return make(me); });
        }));
        return *cores_.back();
    }
    /// Adds a wire of a type such as `ring_wire<config>`.
    template <typename Wire, typename... Arguments> auto add_wire(std::string name, Arguments&&... arguments) -> Wire& {
        auto made = std::make_unique<Wire>(*this, static_cast<std::uint32_t>(wires_.size()), std::move(name),
                                           std::forward<Arguments>(arguments)...);
        auto& it = *made;
        wires_.push_back(std::move(made));
        return it;
    }
    /// Adds an invariant that is checked after each step.
    auto always(std::string name, std::function<bool()> holds) -> void { checks_.push_back({std::move(name), std::move(holds)}); }
    /// Adds a measure that must grow once all faults have ended.
    auto must_progress(std::string name, std::function<std::uint64_t()> measure) -> void {
        demands_.push_back({std::move(name), std::move(measure)});
    }

    /// Runs until a moment; false when an invariant failed. Cores without work sleep, so that idle time costs nothing.
    auto run_until(nanoseconds moment) -> bool {
        if (not is_started_) {
            begin();
        }
        while (failure_.empty() and not queue_.is_empty() and queue_.first_at() <= moment) {
            auto const next = queue_.take();
            now_ = next.at;
            handle(next);
        }
        now_ = failure_.empty() ? std::max(now_, moment) : now_;
        return failure_.empty();
    }
    auto run_for(nanoseconds duration) -> bool { return run_until(now_ + duration); }
    /// Runs until each measure of `must_progress` has grown; fails when one of them does not grow in `limit`.
    auto run_until_progress(nanoseconds limit) -> bool {
        auto before = std::vector<std::uint64_t>{};
        for (auto const& each : demands_) {
            before.push_back(each.measure());
        }
        auto const end = now_ + limit;
        for (std::size_t i = 0; i < demands_.size() and failure_.empty();) {
            if (demands_[i].measure() > before[i]) {
                ++i;
            } else if (now_ >= end) {
                fail("no progress after all faults have ended: " + demands_[i].name);
            } else {
                run_until(std::min(end, std::max(now_, queue_.is_empty() ? end : queue_.first_at())));
            }
        }
        return failure_.empty();
    }

    /// Adds a check of the end, which returns what is wrong. It is made after `drain`.
    auto at_end(std::function<std::string()> check) -> void { last_checks_.push_back(std::move(check)); }
    /// Tells all programs to send nothing new, lets what is under way arrive, and makes the last checks.
    auto drain(nanoseconds duration) -> bool {
        is_draining_ = true;
        run_for(duration);
        for (auto const& each : last_checks_) {
            if (auto const wrong = failure_.empty() ? each() : std::string{}; not wrong.empty()) {
                fail(wrong);
            }
        }
        return failure_.empty();
    }

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
    /// Records the messages of all links; nullptr ends it.
    auto record_to(capture_sink* sink) -> void { capture_ = sink; }

    // What goes wrong. `fault_driver` calls these; a test may, too.

    /// The core stops at once, and starts again after `off`.
    auto crash(core& who, nanoseconds off) -> void {
        if (who.is_on_) {
            bury(who);
            queue_.add(now_ + off, event_type::start, who.number_);
        }
    }
    /// The core stops at the access to shared memory with this number from now on, in the middle of a poll.
    auto crash_inside(core& who, std::uint64_t accesses) -> void {
        if (who.is_on_) {
            who.crash_at_ = who.accesses_ + accesses;
            set_limit(who);
        }
    }
    /// The program closes its links, and the core starts again after `off`.
    auto restart(core& who, nanoseconds off) -> void {
        if (who.is_on_ and not who.is_paused_) {
            who.program_->close();
            request(who, now_ + who.settings_.wake_time);
            queue_.add(now_ + off, event_type::start, who.number_);
        }
    }
    auto pause(core& who, nanoseconds duration) -> void {
        if (who.is_on_ and not who.is_paused_) {
            who.is_paused_ = true;
            queue_.add(now_ + duration, event_type::resume, who.number_);
        }
    }
    /// Changes the clock of a core with f(clock, now); the core then looks at its deadlines anew.
    auto change_clock(core& who, auto&& f) -> void {
        f(who.clock_, now_);
        if (who.is_on_ and not who.is_paused_) {
            request(who, now_ + who.settings_.wake_time);
        }
    }
    /// The next time that the program finds no transmit buffer, it waits so long and does nothing else.
    auto block_when_full(core& who, nanoseconds duration) -> void { who.blocks_for_ = duration; }
    auto lose_interrupts(wire& line, std::uint32_t count) -> void { line.lose_ += count; }
    auto delay_interrupts(wire& line, std::uint32_t count, nanoseconds by) -> void {
        line.late_ += count;
        line.delay_ = by;
    }
    auto refuse_doorbells(wire& line, std::uint32_t count) -> void { line.refuse_ += count; }
    auto cut(wire& line, bool is_cut) -> void { line.is_cut_ = is_cut; }
    auto slow_down(wire& line, bool is_slow) -> void { line.is_slow_ = is_slow; }
    /// An interrupt that nobody sent.
    auto raise(wire& line, std::uint32_t end, std::uint32_t signal) -> void { deliver(line, end, signal); }
    /// All faults of a wire end; interrupts that were lost arrive once.
    auto mend(wire& line) -> void {
        line.lose_ = line.late_ = line.refuse_ = 0;
        line.is_cut_ = line.is_slow_ = false;
        for (std::uint32_t end = 0; end < 2; ++end) {
            for (std::uint32_t signal = 0; signal < signal_of_restart; ++signal) {
                if ((line.owed_[end] >> signal & 1) != 0) {
                    deliver(line, end, signal);
                }
            }
            line.owed_[end] = 0;
        }
    }
    /// Ends the pause, the wait and the faults of the clock of a core.
    auto mend(core& who) -> void {
        who.clock_.mend(now_);
        who.blocked_until_ = who.blocks_for_ = {};
        who.crash_at_ = ~std::uint64_t{};
        set_limit(who);
        resume(who);
        if (who.is_on_) {
            request(who, now_ + who.settings_.wake_time);
        }
    }
    auto add_fault_event(nanoseconds after, event_type type, std::uint32_t who, std::uint32_t detail = 0) -> void {
        queue_.add(now_ + after, type, who, detail);
    }
    auto on_fault(std::function<void(occurrence const&)> handler) -> void { on_fault_ = std::move(handler); }
    auto add_fault_step(fault which, std::uint32_t who) -> void {
        seen_.add(which);
        add_step(step_kind::fault, step::no_core, static_cast<std::uint32_t>(which), who);
    }
    auto add_mended_step() -> void { add_step(step_kind::mended, step::no_core); }
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
                 std::to_string(world::most_accesses) + " times");
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
