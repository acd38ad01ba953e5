#pragma once

#include <rpmsg/testing/simulator/world.hpp>

#include <cstdint>
#include <vector>

namespace rpmsg::testing::simulator {

/// How often faults strike, and how long their effects last.
struct fault_timing {
    nanoseconds between{150'000'000}; ///< two faults of a kind, on average
    nanoseconds longest{120'000'000}; ///< that a core is off or paused, or a wire cut, noisy or slow
    nanoseconds blocked{400'000'000}; ///< that a blocked core waits for a buffer; 15 s with an OpenAMP host
};

/// Lets faults strike a world: each kind has random numbers of its own, so that the others strike at the same moments without
/// it.
class fault_driver {
    world* all_;
    fault_timing timing_;
    std::vector<seeded_random> streams_{};
    std::vector<bool> has_lost_{}; ///< by wire: frames were lost or damaged
    std::uint32_t phase_{};
    bool is_active_{};

    static constexpr std::uint32_t of_core = 0x8000'0000; ///< in the events that end a fault

    auto random(fault which) -> seeded_random& { return streams_[static_cast<std::size_t>(which)]; }
    auto some_time(seeded_random& from, nanoseconds most) -> nanoseconds {
        return nanoseconds{static_cast<std::int64_t>(1 + from.below(static_cast<std::uint64_t>(most.count())))};
    }
    auto plan_next(fault which) -> void {
        auto const after = some_time(random(which), 2 * timing_.between);
        all_->add_fault_event(after, event_type::fault, static_cast<std::uint32_t>(which), phase_);
    }
    /// The wires that a fault can strike.
    auto wires_for(fault which) -> std::vector<wire*> {
        auto found = std::vector<wire*>{};
        for (std::uint32_t i = 0; i < all_->wire_count(); ++i) {
            auto& each = all_->wire_at(i);
            if (not is_of_wire_kind(which) or each.suits(which)) {
                found.push_back(&each);
            }
        }
        return found;
    }
    static constexpr auto is_of_wire_kind(fault which) -> bool {
        return which == fault::doorbell_refused or which == fault::crash_inside or which >= fault::line_noise;
    }
    static constexpr auto is_of_wire(fault which) -> bool {
        return which <= fault::doorbell_refused or which == fault::partition or which == fault::slow or
               which >= fault::line_noise;
    }

    auto strike_wire(fault which, wire& line, seeded_random& from) -> void {
        auto lasts = true;
        has_lost_[line.number()] = has_lost_[line.number()] or which == fault::partition or which >= fault::line_noise;
        switch (which) {
        case fault::doorbell_lost: all_->lose_interrupts(line, static_cast<std::uint32_t>(from.between(1, 3))); break;
        case fault::doorbell_late:
            all_->delay_interrupts(line, static_cast<std::uint32_t>(from.between(1, 4)), some_time(from, timing_.longest / 4));
            break;
        case fault::doorbell_refused: all_->refuse_doorbells(line, static_cast<std::uint32_t>(from.between(1, 5))); break;
        case fault::doorbell_spurious:
            all_->raise(line, static_cast<std::uint32_t>(from.below(2)), static_cast<std::uint32_t>(from.below(2)));
            lasts = false;
            break;
        case fault::partition: all_->cut(line, true); break;
        case fault::slow: all_->slow_down(line, true); break;
        default: line.strike(which, from); break;
        }
        if (lasts) {
            all_->add_fault_event(some_time(from, timing_.longest), event_type::mend, line.number(),
                                  static_cast<std::uint32_t>(which));
        }
    }
    auto strike_core(fault which, core& who, seeded_random& from) -> void {
        auto const duration = some_time(from, timing_.longest);
        auto const end_later = [&] {
            all_->add_fault_event(duration, event_type::mend, who.number() | of_core, static_cast<std::uint32_t>(which));
        };
        switch (which) {
        case fault::clock_drift: {
            auto const parts = static_cast<std::int64_t>(from.below(400'001)) - 200'000;
            all_->change_clock(who, [&](core_clock& it, nanoseconds now) { it.drift(parts, now); });
            end_later();
            break;
        }
        case fault::clock_jump: {
            auto const size = static_cast<ticks>(1u << from.below(32));
            auto const by = from.happens(2) ? size : 0u - size;
            all_->change_clock(who, [&](core_clock& it, nanoseconds now) { it.jump(by, now); });
            break;
        }
        case fault::clock_wrap: {
            auto const before = static_cast<ticks>(from.below(20'000));
            all_->change_clock(who, [&](core_clock& it, nanoseconds now) { it.jump(0u - before - it.at(now), now); });
            break;
        }
        case fault::clock_stop:
            all_->change_clock(who, [&](core_clock& it, nanoseconds now) { it.stop(now); });
            end_later();
            break;
        case fault::crash: all_->crash(who, duration); break;
        case fault::crash_inside: all_->crash_inside(who, from.between(1, 400)); break;
        case fault::restart: all_->restart(who, duration); break;
        case fault::pause: all_->pause(who, duration); break;
        case fault::blocked: all_->block_when_full(who, some_time(from, timing_.blocked)); break;
        default: break;
        }
    }
    auto strike(fault which) -> void {
        auto& from = random(which);
        if (is_of_wire(which) or which == fault::crash_inside) {
            auto const lines = wires_for(which);
            if (lines.empty()) {
                return;
            }
            auto& line = *lines[from.below(lines.size())];
            all_->add_fault_step(which, line.number());
            if (which == fault::crash_inside) {
                strike_core(which, *line.core_at(static_cast<std::uint32_t>(from.below(2))), from);
            } else {
                strike_wire(which, line, from);
            }
        } else {
            auto& who = all_->core_at(static_cast<std::uint32_t>(from.below(all_->core_count())));
            all_->add_fault_step(which, who.number());
            strike_core(which, who, from);
        }
        plan_next(which);
    }
    auto mend(occurrence const& what) -> void {
        auto const which = static_cast<fault>(what.detail);
        if ((what.who & of_core) != 0) {
            auto& who = all_->core_at(what.who & ~of_core);
            all_->change_clock(who, [](core_clock& it, nanoseconds now) { it.mend(now); });
        } else if (which != fault::scribble) {
            auto& line = all_->wire_at(what.who);
            line.mend(which);
            all_->mend(line);
        }
    }

  public:
    explicit fault_driver(world& all, fault_timing timing = {}) : all_{&all}, timing_{timing} {
        for (std::size_t i = 0; i < fault_count; ++i) {
            streams_.emplace_back(all.seed(), 0x2'0000 + i);
        }
        all.on_fault([this](occurrence const& what) {
            if (what.type == event_type::mend) {
                mend(what);
            } else if (is_active_ and what.detail == phase_) {
                strike(static_cast<fault>(what.who));
            }
        });
    }
    fault_driver(fault_driver const&) = delete;
    auto operator=(fault_driver const&) -> fault_driver& = delete;

    /// From now on these faults strike; one that finds no core or wire to act on never does.
    auto begin(fault_set faults) -> void {
        has_lost_.assign(all_->wire_count(), false);
        is_active_ = true;
        ++phase_;
        for (std::size_t i = 0; i < fault_count; ++i) {
            if (faults.has(static_cast<fault>(i))) {
                plan_next(static_cast<fault>(i));
            }
        }
    }
    /// Ends all faults. Cores that are off start within `longest`; those at memory that was scribbled on start again. So does one
    /// core of a wire that has lost frames for good: an announcement may have been among them, which nobody repeats.
    auto heal() -> void {
        is_active_ = false;
        ++phase_;
        for (std::uint32_t i = 0; i < all_->wire_count(); ++i) {
            auto& line = all_->wire_at(i);
            line.mend(fault::count_);
            all_->mend(line);
            if (line.is_tainted()) {
                all_->crash(*line.core_at(0), nanoseconds{1'000'000});
                all_->crash(*line.core_at(1), nanoseconds{1'000'000});
            } else if (line.may_lose() and i < has_lost_.size() and has_lost_[i]) {
                all_->crash(*line.core_at(1), nanoseconds{1'000'000});
            }
        }
        for (std::uint32_t i = 0; i < all_->core_count(); ++i) {
            all_->mend(all_->core_at(i));
        }
        all_->add_mended_step();
    }
};

} // namespace rpmsg::testing::simulator
