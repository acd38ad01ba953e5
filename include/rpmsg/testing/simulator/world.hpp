#pragma once

#include <rpmsg/testing/simulator/kernel.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rpmsg::testing::simulator {

/// Cores and wires between them in virtual time. All that happens follows from the seed. For one thread.
///
///   auto all = world{seed};
///   auto& rings = all.add_wire<ring_wire<config>>("rings");
///   auto& hub = all.add_core("hub", {}, [&](core& me) { return hub_program{me, rings.driver()}; });
///   auto& sensor = all.add_core("sensor", {}, [&](core& me) { return sensor_program{me, rings.device()}; });
///   rings.connect(hub, 0, sensor, 0);
///   all.run_for(10s);
class world : public kernel {
    struct invariant {
        std::string name;
        std::function<bool()> holds;
    };
    struct demand {
        std::string name;
        std::function<std::uint64_t()> measure;
    };

    std::vector<invariant> checks_{};
    std::vector<demand> demands_{};
    std::vector<std::function<std::string()>> last_checks_{};

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
    auto set_draining(bool is_draining) -> void {
        is_draining_ = is_draining;
        for (auto const& each : cores_) {
            if (each->is_on_ and not each->is_paused_) {
                request(*each, now_ + each->settings_.wake_time);
            }
        }
    }
    auto check() -> void {
        for (auto const& each : checks_) {
            if (not each.holds()) {
                fail(each.name);
                break;
            }
        }
    }

  public:
    /// `size` is the number of cores that the one who builds the world should make; a shorter run may ask for fewer.
    explicit world(std::uint64_t seed, std::uint32_t size = 2) : kernel{seed, size} {}

    /// Adds a core; `make(core&)` returns its program at each start.
    template <typename Make> auto add_core(std::string name, core_settings settings, Make make) -> core& {
        auto const number = static_cast<std::uint32_t>(cores_.size());
        cores_.push_back(std::make_unique<core>(*this, number, std::move(name), settings, seed_,
                                                [make](core& me) { return host_program([&] { return make(me); }); }));
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
    auto always(std::string name, std::function<bool()> holds) -> void {
        checks_.push_back({std::move(name), std::move(holds)});
    }
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
            check();
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

    /// Adds a check of a silence, which returns what is wrong. It is made by `drain`.
    auto at_end(std::function<std::string()> check) -> void { last_checks_.push_back(std::move(check)); }
    /// A silence: tells all programs to send nothing new, lets what is under way arrive, and makes the checks of `at_end`. Then
    /// the programs may go on.
    auto drain(nanoseconds duration) -> bool {
        set_draining(true);
        run_for(duration);
        for (auto const& each : last_checks_) {
            if (auto const wrong = failure_.empty() ? each() : std::string{}; not wrong.empty()) {
                fail(wrong);
            }
        }
        set_draining(false);
        return failure_.empty();
    }

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

} // namespace rpmsg::testing::simulator
