#pragma once

#include "boot_rules.hpp"
#include "control_rules.hpp"
#include "examination.hpp"
#include "guesses.hpp"
#include "table_rules.hpp"
#include <cstdint>

namespace doctor {

/// Returns whether there is a control block or a table, even one with wrong fields.
inline auto has_head(examination const& on) -> bool {
    return (on.at.has_control and has_control(on.block)) or (on.at.has_table() and has_table(on));
}

/// Returns whether another dialect fits the rings and the structures before the rings are missing.
inline auto is_foreign(examination const& on) -> bool {
    if ((not on.at.has_control and not on.at.has_table()) or has_head(on)) {
        return false;
    }
    auto const guess = guess_driver(on);
    return not guess.empty() and guess.front().field == "dialect";
}

/// Examines the structures before the rings, field by field.
inline auto examine_head(examination& on) -> void {
    if (on.at.has_control) {
        check_control(on);
    }
    if (on.at.has_boot) {
        check_boot(on);
    }
    if (on.at.has_table() and is_filled(on)) {
        auto const is_posted = on.block.read<std::uint16_t>(on.at.rings[0].available + 2ull) != 0;
        check_table(on, is_posted and (not on.at.has_boot or driver_runs(on.block)));
    }
}

} // namespace doctor
