#pragma once

#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/mapped_region.hpp>

#include <cpu.hpp> // of examples/firmware: the interrupt lock and the sleep of the core
#include <cstdint>

/// All that this firmware knows of its chip, here an invented one: put in the addresses of yours.
namespace board {

/// The block that both cores see, at the address that this one sees it at.
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;

using cpu::irq_lock;
using cpu::wait_for_interrupt;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}

/// Interrupts the other core, and is interrupted by it.
struct mailbox {
    static auto ring(std::uint32_t queue) -> void {
        cpu::finish_stores();
        device_register(0x4000'0000) = queue;
    }
    static auto acknowledge() -> void { device_register(0x4000'0004) = 1; }
};

/// A counter of milliseconds that runs on while the core sleeps.
inline auto now() -> rpmsg::ticks { return device_register(0x4000'1000); }

/// Has the timer interrupt at a moment; at once when it is past.
inline auto wake_at(rpmsg::ticks moment) -> void {
    device_register(0x4000'1004) = moment;
    device_register(0x4000'1008) = 1;
}
inline auto silence_timer() -> void { device_register(0x4000'1008) = 0; }

/// The value of a sensor.
inline auto sample() -> std::uint32_t { return device_register(0x4000'2000); }

[[noreturn]] inline auto halt() -> void {
    while (true) {
        wait_for_interrupt();
    }
}

} // namespace board
