#pragma once

#include <rpmsg/testing/simulator/world.hpp>

#include <string>

namespace rpmsg::testing::simulator {

/// One step as a line of text.
[[nodiscard]] inline auto text_of(world& all, step const& what) -> std::string {
    auto const wire_name = [&](std::uint32_t number) { return all.wire_at(number).name(); };
    auto const micros = std::to_string(what.at.count() / 1'000);
    auto line = std::string(micros.size() < 10 ? 10 - micros.size() : 0, ' ') + micros + " us  ";
    line += what.core == step::no_core ? "" : all.core_at(what.core).name() + " ";
    switch (what.kind) {
    case step_kind::started: return line + "starts, life " + std::to_string(what.a);
    case step_kind::ran: return line + "polls, its clock shows " + std::to_string(what.a);
    case step_kind::interrupt: return line + "is interrupted by " + wire_name(what.a) + ", " + std::to_string(what.b);
    case step_kind::sent:
        return line + "sends " + std::to_string(what.b) + " bytes to " + std::to_string(what.with) + " over " +
               wire_name(what.a);
    case step_kind::received:
        return line + "receives " + std::to_string(what.b) + " bytes from " + std::to_string(what.with) + " over " +
               wire_name(what.a);
    case step_kind::link_up: return line + "link up: " + wire_name(what.a);
    case step_kind::link_down:
        return line + "link down: " + wire_name(what.a) + ", " + std::string{describe_reason(static_cast<down_reason>(what.b))};
    case step_kind::fault:
        return line + "fault: " + std::string{describe(static_cast<fault>(what.a))} + ", " + std::to_string(what.b);
    case step_kind::mended: return line + "all faults end";
    case step_kind::note: return line + "notes " + std::to_string(what.a) + ", " + std::to_string(what.b);
    case step_kind::failed: return line + "FAILED: " + all.failure();
    }
    return line;
}

/// The last steps, a line each.
[[nodiscard]] inline auto text_of_last_steps(world& all, std::size_t most) -> std::string {
    auto lines = std::string{};
    for (auto const& each : all.steps().last(most)) {
        lines += text_of(all, each) + "\n";
    }
    return lines;
}

} // namespace rpmsg::testing::simulator
