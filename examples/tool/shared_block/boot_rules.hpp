#pragma once

#include <rpmsg/wire/virtio/boot_block.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

#include "examination.hpp"
#include "guesses.hpp"
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace doctor {

inline auto read_boot(memory const& block) -> rpmsg::wire::boot_block { return block.read<rpmsg::wire::boot_block>(0); }

/// Returns whether both sides write their state there; NuttX's lite driver writes only the base.
inline auto has_states(examination const& on) -> bool {
    return on.rings().dialect.attach == rpmsg::wire::attach_rule::boot_words;
}

/// Returns whether both sides have started, so that no state may stay behind the other's.
inline auto have_started(memory const& block) -> bool {
    auto const boot = read_boot(block);
    return boot.driver_state != rpmsg::wire::boot_state::none and boot.device_state != rpmsg::wire::boot_state::none;
}

/// Returns whether the driver runs; one that boots has not initialized the rings yet.
inline auto driver_runs(memory const& block) -> bool { return read_boot(block).driver_state == rpmsg::wire::boot_state::runs; }

/// Checks the state of a side against that of its peer, and whether this side has to move (NuttX, drivers/rptun/rptun.c): the
/// driver runs when the device boots, then the device runs.
inline auto check_state(examination& on, side whose, std::uint32_t state, std::uint32_t other) -> void {
    namespace states = rpmsg::wire::boot_state;
    auto const field = words("boot.", name_of(whose), "_state");
    auto const peer = name_of(whose == side::driver ? side::device : side::driver);
    auto const is_behind = state == states::boots and other == (whose == side::driver ? states::boots : states::runs);
    if (state == states::none and other == states::runs) {
        on.wrong(whose, field, words("is 0 although the ", peer, " runs (2): it was never written, or was cleared"));
    } else if (state == states::none) {
        on.note(whose, field, "is 0: this side has not started, or has closed");
    } else if (state == states::needs_reset) {
        on.wrong(whose, field, words("is 4: the ", peer, " asks this side to start anew, and it did not"));
    } else if (is_behind) {
        on.note(whose, field, words("is 1 and the ", peer, "'s ", other, ": this side may run and does not yet"));
    } else if (whose == side::device and state == states::runs and other == states::boots) {
        on.note(whose, field, "is 2 although the driver boots: it is of an earlier life");
    } else if (state != states::boots and state != states::runs) {
        on.wrong(whose, field, words("is ", hex{state}, ": known are 0 (none), 1 (boots), 2 (runs) and 4 (needs reset)"));
    }
}

/// Checks the driver's address of the block. If it differs from the shared block's, the further checks use the one that fits
/// the descriptors.
inline auto check_base(examination& on, rpmsg::wire::boot_block const& boot) -> void {
    auto other = on.rings();
    other.device_base = boot.base[0] | std::uint64_t{boot.base[1]} << 32;
    auto const is_written = other.device_base != 0 or (has_states(on) ? boot.driver_state != rpmsg::wire::boot_state::none
                                                                      : on.block.read<std::uint8_t>(on.at.status) != 0);
    if (not is_written or on.compare(side::driver, "boot.base", other.device_base, on.rings().device_base)) {
        return;
    }
    if (sum_of(fits_of_driver(on, other)).good > sum_of(fits_of_driver(on, on.rings())).good) {
        on.follow(other);
    }
}

/// Checks the command of a side, in a reserved word of the table (NuttX, arch/sim/src/sim/sim_rptun.c). A device that finds one
/// does not start.
inline auto check_command(examination& on, side whose, std::uint32_t word) -> void {
    constexpr auto of_nuttx = std::array<std::string_view, 5>{"", " (ready)", " (panic)", " (reset)", " (stop)"};
    constexpr auto of_openvela = std::array<std::string_view, 5>{"", " (panic)", " (stop)", " (ready)", " (restart)"};
    constexpr std::uint32_t acknowledge = 0xffff;
    auto const command = word >> 16;
    auto const& names = on.rings().dialect == rpmsg::wire::dialects::openvela ? of_openvela : of_nuttx;
    if (word != 0 and command != acknowledge) {
        on.wrong(whose, words(name_of(whose), ".command"),
                 words("is ", hex{word}, command < names.size() ? names[command] : "",
                       ": its peer has not taken it, and a device that starts now gives up"));
    }
}

/// Checks the boot block and the words that belong to it, field by field.
inline auto check_boot(examination& on) -> void {
    auto const boot = read_boot(on.block);
    check_base(on, boot);
    if (not has_states(on)) {
        return;
    }
    check_state(on, side::driver, boot.driver_state, boot.device_state);
    check_state(on, side::device, boot.device_state, boot.driver_state);
    check_command(on, side::driver, on.block.read<std::uint32_t>(on.at.table + 8));
    check_command(on, side::device, on.block.read<std::uint32_t>(on.at.table + 12));
}

} // namespace doctor
