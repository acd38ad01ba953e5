#pragma once

#include <rpmsg/testing/simulator/fault_driver.hpp>
#include <rpmsg/testing/simulator/recording.hpp>
#include <rpmsg/testing/simulator/schedule.hpp>
#include <rpmsg/testing/simulator/sequence_chart.hpp>
#include <rpmsg/testing/simulator/trace_text.hpp>
#include <rpmsg/testing/simulator/world.hpp>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::testing::simulator {

/// Many runs of one kind of world.
struct campaign_settings {
    std::string command{}; ///< what is printed to play a failure again, after RPMSG_REPLAY=schedule
    std::uint64_t first_seed = 1;
    std::uint32_t seeds = 100;
    std::uint32_t cores = 2;  ///< that a world is asked to have
    std::uint32_t phases = 2; ///< of faults, each with a phase after it in which all must progress
    fault_set faults = fault_set::all();
    bool draws_faults = true; ///< each seed has some of the faults only
    fault_timing timing{};
    nanoseconds quiet{50'000'000};           ///< before the first fault
    nanoseconds phase{400'000'000};          ///< of faults
    nanoseconds liveness{5'000'000'000};     ///< the longest time without faults until all have progressed
    nanoseconds drain{200'000'000};          ///< at the end, without new work
    fault_set must_strike{};                 ///< faults without which the campaign fails
    std::vector<std::string> must_see{};     ///< situations likewise
    std::vector<counter> must_count{};       ///< counters likewise
    std::vector<down_reason> must_go_down{}; ///< reasons likewise
};

/// What a campaign found. `failure` is empty when all is well.
struct campaign_report {
    std::string failure{};
    schedule at{};        ///< the schedule that failed, made as short as it gets
    std::uint64_t hash{}; ///< of all traces
    std::uint64_t runs{};
    std::uint64_t steps{};
    std::uint64_t messages{};
    sightings seen{};
};

/// Runs worlds that `build(world&)` makes under faults. Each schedule runs twice, and both traces must be the same. A schedule
/// that fails is made shorter as long as it still fails. With RPMSG_REPLAY in the environment only that schedule is run; with
/// RPMSG_TRACE the steps, a sequence chart and the messages of all links are written to files of that folder.
class campaign {
    campaign_settings settings_;
    std::function<void(world&)> build_;

    struct outcome {
        std::string failure{};
        std::uint64_t hash{};
        std::uint64_t steps{};
        std::uint64_t messages{};
        sightings seen{};
        std::string last_steps{};
    };

    static auto write_file(std::string const& path, std::string_view content) -> void {
        std::ofstream{path, std::ios::binary} << content;
    }
    auto run_once(schedule const& what, char const* folder = nullptr) -> outcome {
        auto all = world{what.seed, what.cores};
        auto links = recording{};
        if (folder != nullptr) {
            all.record_to(&links);
        }
        build_(all);
        auto faults = fault_driver{all, settings_.timing};
        all.run_for(settings_.quiet);
        for (std::uint32_t i = 0; i < what.phases and all.failure().empty(); ++i) {
            faults.begin(what.faults);
            all.run_for(settings_.phase);
            faults.heal();
            all.run_until_progress(settings_.liveness);
            all.drain(settings_.drain);
        }
        if (folder != nullptr) {
            auto const path = std::string{folder} + "/";
            auto const packets = links.content();
            write_file(path + "steps.txt", text_of_last_steps(all, 256));
            write_file(path + "steps.svg", sequence_chart(all));
            write_file(path + "links.pcapng", {reinterpret_cast<char const*>(packets.data()), packets.size()});
        }
        return {.failure = all.failure(),
                .hash = all.steps().hash(),
                .steps = all.steps().count(),
                .messages = all.messages(),
                .seen = all.seen(),
                .last_steps = all.failure().empty() ? "" : text_of_last_steps(all, 50)};
    }
    /// Runs a schedule twice.
    auto run_twice(schedule const& what) -> outcome {
        auto first = run_once(what);
        auto const second = run_once(what);
        if (first.failure.empty() and (first.hash != second.hash or first.steps != second.steps)) {
            first.failure = "the same schedule ran in two ways: the program reads something that is not of the simulation";
        }
        return first;
    }
    [[nodiscard]] auto schedule_of(std::uint64_t seed) const -> schedule {
        auto draw = seeded_random{seed, 0x3'0000};
        auto faults = settings_.faults;
        for (std::size_t i = 0; i < fault_count and settings_.draws_faults; ++i) {
            if (not draw.happens(3)) {
                faults.erase(static_cast<fault>(i));
            }
        }
        return {.seed = seed, .faults = faults, .cores = settings_.cores, .phases = settings_.phases};
    }
    /// A schedule that fails, with as few phases, cores and faults as it needs.
    auto shrink(schedule failing) -> schedule {
        auto const try_one = [&](schedule const& shorter) {
            if (not(shorter == failing) and not run_once(shorter).failure.empty()) {
                failing = shorter;
            }
        };
        for (auto before = schedule{.cores = 0}; not(before == failing);) {
            before = failing;
            for (auto phases = std::uint32_t{1}; phases < failing.phases; ++phases) {
                auto shorter = failing;
                shorter.phases = phases;
                try_one(shorter);
            }
            for (auto cores = std::uint32_t{2}; cores < failing.cores; ++cores) {
                auto smaller = failing;
                smaller.cores = cores;
                try_one(smaller);
            }
            for (std::size_t i = 0; i < fault_count; ++i) {
                auto fewer = failing;
                fewer.faults.erase(static_cast<fault>(i));
                try_one(fewer);
            }
        }
        return failing;
    }
    auto add_failure(campaign_report& report, schedule const& first) -> void {
        report.at = shrink(first);
        auto const shortest = run_once(report.at, std::getenv("RPMSG_TRACE")); // NOLINT(concurrency-mt-unsafe)
        auto const& words = shortest.failure.empty() ? report.failure : shortest.failure;
        report.failure = words + "\nwith " + std::to_string(report.at.cores) + " cores, " + std::to_string(report.at.phases) +
                         " phases, faults: " + report.at.faults.text() + " (found as " + first.text() +
                         ")\nto run it again: RPMSG_REPLAY=" + report.at.text() + " " + settings_.command + "\n" +
                         shortest.last_steps;
    }
    auto run_one(campaign_report& report, schedule const& what) -> bool {
        auto const one = run_twice(what);
        ++report.runs;
        report.steps += one.steps;
        report.messages += one.messages;
        report.seen.add(one.seen);
        report.hash = (report.hash ^ one.hash) * 0x9e37'79b9'7f4a'7c15;
        if (not one.failure.empty()) {
            report.failure = one.failure;
            add_failure(report, what);
        }
        return one.failure.empty();
    }
    /// What the campaign should have seen and has not, in words.
    [[nodiscard]] auto unseen(sightings const& seen) const -> std::string {
        auto words = std::string{};
        auto const add = [&](std::uint64_t times, std::string_view what) {
            words += times == 0 ? (words.empty() ? "never seen: " : ", ") + std::string{what} : "";
        };
        for (std::size_t i = 0; i < fault_count; ++i) {
            if (auto const each = static_cast<fault>(i); settings_.must_strike.has(each)) {
                add(seen.of(each), describe(each));
            }
        }
        for (auto const& each : settings_.must_see) {
            add(seen.of(each), each);
        }
        for (auto const each : settings_.must_count) {
            add(seen.of(each), rpmsg::describe(each));
        }
        for (auto const each : settings_.must_go_down) {
            add(seen.of(each), describe_reason(each));
        }
        return words;
    }

  public:
    campaign(campaign_settings settings, std::function<void(world&)> build)
        : settings_{std::move(settings)}, build_{std::move(build)} {}

    /// Runs one schedule, twice.
    [[nodiscard]] auto replay(schedule const& what) -> campaign_report {
        auto report = campaign_report{.at = what};
        run_one(report, what);
        return report;
    }
    [[nodiscard]] auto replay(std::string_view text) -> campaign_report {
        auto const parsed = parse_schedule(text);
        return parsed.problem.empty() ? replay(parsed.value) : campaign_report{.failure = parsed.problem};
    }
    /// Runs all seeds until one fails.
    [[nodiscard]] auto run() -> campaign_report {
        auto const* const wanted = std::getenv("RPMSG_REPLAY"); // NOLINT(concurrency-mt-unsafe)
        if (wanted != nullptr) {
            return replay(std::string_view{wanted});
        }
        auto report = campaign_report{};
        for (auto seed = settings_.first_seed; seed < settings_.first_seed + settings_.seeds; ++seed) {
            if (not run_one(report, schedule_of(seed))) {
                return report;
            }
        }
        report.failure = unseen(report.seen);
        return report;
    }
};

} // namespace rpmsg::testing::simulator
