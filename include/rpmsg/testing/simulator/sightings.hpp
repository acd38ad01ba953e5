#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/testing/simulator/fault.hpp>
#include <rpmsg/transport/transport.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rpmsg::testing::simulator {

/// A readable name of a reason for which a link goes down.
[[nodiscard]] constexpr auto describe_reason(down_reason why) -> std::string_view {
    constexpr auto names = std::array<std::string_view, 8>{
        "no reason", "peer restarted", "peer stopped", "broken", "incompatible", "closed", "peer panicked", "reset requested"};
    return names[static_cast<std::size_t>(why)];
}

/// How often each fault struck, each counter of the links was incremented, links went down for each reason, and each situation
/// with a name was seen. A campaign in which one of those that it asks for was never seen proves nothing of it.
class sightings {
    static constexpr auto counter_count = static_cast<std::size_t>(counter::count_);

    std::array<std::uint64_t, fault_count> faults_{};
    std::array<std::uint64_t, counter_count> counters_{};
    std::array<std::uint64_t, 8> downs_{};
    std::map<std::string, std::uint64_t, std::less<>> named_{};

  public:
    auto add(fault which) -> void { ++faults_[static_cast<std::size_t>(which)]; }
    auto add(counter which, std::uint64_t amount) -> void { counters_[static_cast<std::size_t>(which)] += amount; }
    auto add(down_reason why) -> void { ++downs_[static_cast<std::size_t>(why)]; }
    auto add(std::string_view name, std::uint64_t times = 1) -> void {
        auto found = named_.find(name);
        if (found == named_.end()) {
            found = named_.emplace(std::string{name}, 0).first;
        }
        found->second += times;
    }
    auto add(sightings const& other) -> void {
        for (std::size_t i = 0; i < fault_count; ++i) {
            faults_[i] += other.faults_[i];
        }
        for (std::size_t i = 0; i < counter_count; ++i) {
            counters_[i] += other.counters_[i];
        }
        for (std::size_t i = 0; i < downs_.size(); ++i) {
            downs_[i] += other.downs_[i];
        }
        for (auto const& [name, times] : other.named_) {
            add(name, times);
        }
    }
    [[nodiscard]] auto of(fault which) const -> std::uint64_t { return faults_[static_cast<std::size_t>(which)]; }
    [[nodiscard]] auto of(counter which) const -> std::uint64_t { return counters_[static_cast<std::size_t>(which)]; }
    [[nodiscard]] auto of(down_reason why) const -> std::uint64_t { return downs_[static_cast<std::size_t>(why)]; }
    [[nodiscard]] auto of(std::string_view name) const -> std::uint64_t {
        auto const found = named_.find(name);
        return found != named_.end() ? found->second : 0;
    }
    /// A line for each that was seen.
    [[nodiscard]] auto text() const -> std::string {
        auto lines = std::string{};
        auto const add_line = [&](std::string_view kind, std::string_view name, std::uint64_t times) {
            if (times != 0) {
                lines += std::string{kind} + std::string{name} + ": " + std::to_string(times) + "\n";
            }
        };
        for (std::size_t i = 0; i < fault_count; ++i) {
            add_line("fault ", describe(static_cast<fault>(i)), faults_[i]);
        }
        for (std::size_t i = 0; i < counter_count; ++i) {
            add_line("counter ", rpmsg::describe(static_cast<counter>(i)), counters_[i]);
        }
        for (std::size_t i = 0; i < downs_.size(); ++i) {
            add_line("link down, ", describe_reason(static_cast<down_reason>(i)), downs_[i]);
        }
        for (auto const& [name, times] : named_) {
            add_line("", name, times);
        }
        return lines;
    }
};

} // namespace rpmsg::testing::simulator
