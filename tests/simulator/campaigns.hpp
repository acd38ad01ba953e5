#pragma once

#include <rpmsg/testing/simulator/campaign.hpp>

#include "kinds.hpp"
#include <memory>
#include <string>
#include <utility>

namespace rpmsg::traffic {

/// The faults that strike any wire and core.
inline auto common_faults() -> simulator::fault_set {
    using simulator::fault;
    return {fault::doorbell_lost, fault::doorbell_spurious,
            fault::doorbell_late, fault::clock_drift,
            fault::clock_jump,    fault::clock_stop,
            fault::clock_wrap,    fault::crash,
            fault::restart,       fault::pause,
            fault::partition,     fault::slow,
            fault::blocked};
}
inline auto ring_faults() -> simulator::fault_set {
    using simulator::fault;
    return {fault::doorbell_refused, fault::crash_inside};
}
inline auto serial_faults() -> simulator::fault_set { return {simulator::fault::line_noise, simulator::fault::line_cut}; }
inline auto bus_faults() -> simulator::fault_set {
    using simulator::fault;
    return {fault::bus_noise, fault::bus_abort, fault::edge_lost};
}
inline auto operator|(simulator::fault_set a, simulator::fault_set b) -> simulator::fault_set {
    return simulator::fault_set::of_bits(a.bits() | b.bits());
}

/// Two cores with a wire of this kind.
inline auto pair_of(kind const& one) {
    return [one](world& all) {
        auto const it = std::make_shared<plan>(all, 2);
        all.at_end([it] { return std::string{}; });
        one.connect(*it, one.name, 0, 1);
    };
}
/// Cores in a tree, each joined to an earlier one by a wire of any of these kinds.
inline auto tree_of(kinds const& some) {
    return [some](world& all) {
        auto const it = std::make_shared<plan>(all, all.size());
        all.at_end([it] { return std::string{}; });
        for (std::uint32_t i = 1; i < all.size(); ++i) {
            auto const& one = some[all.random().below(some.size())];
            one.connect(*it, one.name + std::to_string(i), static_cast<std::uint32_t>(all.random().below(i)), i);
        }
    };
}
inline auto all_kinds() -> kinds {
    auto all = kinds_of_own_rings();
    for (auto const& more : {kinds_of_other_rings(), kinds_of_lines()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

} // namespace rpmsg::traffic
