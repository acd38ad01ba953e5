#pragma once

#include <rpmsg/testing/simulator/fault.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace rpmsg::testing::simulator {

/// Changes when a seed no longer means the same run.
inline constexpr std::uint32_t schedule_version = 1;

/// All that a run follows from: `1.2a.3ff.4.2` is version 1, seed 0x2a, the faults of the bits 0x3ff, 4 cores, 2 phases.
struct schedule {
    std::uint64_t seed = 1;
    fault_set faults{};
    std::uint32_t cores = 2;
    std::uint32_t phases = 1;

    auto operator==(schedule const&) const -> bool = default;

    [[nodiscard]] auto text() const -> std::string {
        auto const hex = [](std::uint64_t value) {
            auto digits = std::array<char, 16>{};
            auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
            return std::string{digits.data(), end};
        };
        return std::to_string(schedule_version) + "." + hex(seed) + "." + hex(faults.bits()) + "." + std::to_string(cores) +
               "." + std::to_string(phases);
    }
};

/// A schedule, or what is wrong with its text in one line.
struct parsed_schedule {
    schedule value{};
    std::string problem{};
};
[[nodiscard]] inline auto parse_schedule(std::string_view text) -> parsed_schedule {
    auto const whole = std::string{text};
    auto parts = std::array<std::uint64_t, 5>{};
    constexpr auto bases = std::array{10, 16, 16, 10, 10};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto const [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), parts[i], bases[i]);
        if (wrong != std::errc{}) {
            return {.problem = "'" + whole + "' is no schedule: it is version.seed.faults.cores.phases, as in 1.2a.3ff.4.2"};
        }
        if (i == 0 and parts[0] != schedule_version) {
            return {.problem = "'" + whole + "' is a schedule of version " + std::to_string(parts[0]) +
                               "; this simulator plays version " + std::to_string(schedule_version) +
                               ": check out the commit that printed it"};
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        auto const is_last = i + 1 == parts.size();
        if (is_last != text.empty() or (not is_last and text.front() != '.')) {
            return {.problem = "'" + whole + "' is no schedule: it has five numbers with dots between"};
        }
        text.remove_prefix(is_last ? 0 : 1);
    }
    if (parts[2] != fault_set::of_bits(parts[2]).bits()) {
        return {.problem = "'" + whole + "' names faults that this simulator does not know"};
    }
    if (parts[3] < 1 or parts[3] > 100'000 or parts[4] > 1'000) {
        return {.problem = "'" + whole + "' has 1 to 100000 cores and at most 1000 phases"};
    }
    return {.value = {.seed = parts[1],
                      .faults = fault_set::of_bits(parts[2]),
                      .cores = static_cast<std::uint32_t>(parts[3]),
                      .phases = static_cast<std::uint32_t>(parts[4])}};
}

} // namespace rpmsg::testing::simulator
