#pragma once

#include "boot_rules.hpp"
#include "control_rules.hpp"
#include "examination.hpp"
#include "guesses.hpp"
#include "table_rules.hpp"
#include <algorithm>

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
    auto const guess = guess_driver_at_all(on);
    return std::any_of(guess.begin(), guess.end(),
                       [](variant const& one) { return one.changes.front().starts_with("dialect"); });
}

/// Examines the structures before the rings, field by field.
inline auto examine_head(examination& on) -> void {
    if (on.at.has_control) {
        check_control(on);
    }
    if (on.at.has_boot) {
        check_boot(on);
    }
    auto const is_posted = on.block.read<std::uint16_t>(on.at.rings[0].available + 2ull) != 0;
    if (on.at.has_table() and is_filled(on)) {
        check_table(on, is_posted and (not on.at.has_boot or not has_states(on) or driver_runs(on.block)));
    } else if (not on.at.has_table() and on.at.status != rpmsg::nowhere) {
        check_status(on, "status", on.block.read<std::uint8_t>(on.at.status), is_posted);
    }
}

} // namespace doctor
