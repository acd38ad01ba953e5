#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/mapped_region.hpp>

#include <cpu.hpp> // from examples/firmware: the interrupt lock and the sleep of the core
#include <cstdint>

/// Everything that this firmware knows about its chip, which is an invented one: replace the addresses by those of yours.
namespace board {

/// The block that both cores share, at the address of this core.
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;

using cpu::irq_lock;
using cpu::wait_for_interrupt;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}

/// Interrupts the other core; the other core interrupts this one through it.
struct mailbox {
    static auto ring(std::uint32_t queue) -> void {
        cpu::finish_stores();
        device_register(0x4000'0000) = queue;
    }
    static auto acknowledge() -> void { device_register(0x4000'0004) = 1; }
};

/// Reads a counter of milliseconds, which runs while the core sleeps.
inline auto now() -> rpmsg::ticks { return device_register(0x4000'1000); }

/// Sets the timer interrupt to a moment; at once when it is in the past.
inline auto wake_at(rpmsg::ticks moment) -> void {
    device_register(0x4000'1004) = moment;
    device_register(0x4000'1008) = 1;
}
inline auto silence_timer() -> void { device_register(0x4000'1008) = 0; }

/// Reads a sensor.
inline auto sample() -> std::uint32_t { return device_register(0x4000'2000); }

[[noreturn]] inline auto halt() -> void {
    while (true) {
        wait_for_interrupt();
    }
}

} // namespace board
