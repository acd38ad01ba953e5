#pragma once

#include <rpmsg/wire/virtio/control_block.hpp>

#include "examination.hpp"
#include "guesses.hpp"
#include <cstdint>
#include <string>

namespace doctor {

inline auto read_control(memory const& block) -> rpmsg::wire::control_block {
    return block.read<rpmsg::wire::control_block>(0);
}

/// Returns whether one side of the control block was written, in any configuration.
inline auto has_control(memory const& block) -> bool {
    auto const control = read_control(block);
    return control.driver.magic == rpmsg::wire::control_magic or control.device.magic == rpmsg::wire::control_magic;
}

/// Checks whether this side has written its half, and with the shared block's values.
inline auto check_half(examination& on, side whose, std::uint32_t magic, std::uint32_t fingerprint) -> bool {
    auto const name = name_of(whose);
    if (magic == 0) {
        on.note(whose, words(name, ".magic"), "is 0: this side has not started");
        return false;
    }
    if (magic != rpmsg::wire::control_magic) {
        on.wrong(whose, words(name, ".magic"), words("is ", hex{magic}, ", it should be ", hex{rpmsg::wire::control_magic}));
        return false;
    }
    if (auto const expected = on.rings().fingerprint(); fingerprint != expected) {
        auto const fact = words("is ", hex{fingerprint}, ", the shared block's is ", hex{expected});
        auto const field = words(name, ".fingerprint");
        if (auto const guess = guess_fingerprint(on.link, fingerprint); not guess.empty()) {
            on.wrong(whose, field, fact, texts_of(guess));
        } else {
            on.wrong(whose, field, words(fact, ": more than one field of its configuration differs"));
        }
    }
    return true;
}

/// Checks the state of the handshake (wire/virtio/control_block.hpp).
inline auto check_session(examination& on, rpmsg::wire::control_block const& control) -> void {
    auto const& [driver, device] = std::pair{control.driver, control.device};
    if (driver.epoch == 0) {
        on.wrong(side::driver, "driver.epoch", "is 0: no session has that number");
    }
    if (device.boot == 0) {
        on.wrong(side::device, "device.boot", "is 0: the first start counts 1");
    }
    auto const is_laid_out = driver.ready == driver.epoch;
    if (is_laid_out and driver.boot_seen != device.boot) {
        on.wrong(side::driver, "driver.boot_seen",
                 words("is ", driver.boot_seen, ", the device has started ", device.boot,
                       " times: the rings are those of its last life, the driver has not seen the restart"));
    } else if (device.quiet != driver.epoch) {
        on.wrong(side::device, "device.quiet",
                 words("is ", device.quiet, ", the driver has opened session ", driver.epoch,
                       is_laid_out ? ": a stale epoch, although the rings are ready"
                                   : ": the device has not let go of the rings yet"));
    } else if (not is_laid_out) {
        on.wrong(
            side::driver, "driver.ready",
            words("is ", driver.ready, " in session ", driver.epoch, ": a stale epoch, the driver has not laid the rings out"));
    }
}

/// Checks the control block, field by field.
inline auto check_control(examination& on) -> void {
    auto const control = read_control(on.block);
    auto const driver = check_half(on, side::driver, control.driver.magic, control.driver.fingerprint);
    auto const device = check_half(on, side::device, control.device.magic, control.device.fingerprint);
    if (driver and device) {
        check_session(on, control);
    }
}

} // namespace doctor
