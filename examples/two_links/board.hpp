#pragma once

#include <rpmsg/platform/mapped_region.hpp>

#include <cpu.hpp> // from examples/firmware: the interrupt lock and the sleep of the core
#include <cstdint>

/// Everything that this firmware knows about its chip, which is an invented one: replace the addresses by those of yours.
namespace board {

/// The blocks that this core shares with Linux's core and with the DSP, at the addresses of this core.
using linux_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;
using dsp_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3001'0000, 0x4000>>;

using cpu::irq_lock;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}

/// Interrupts the core at the other end of a link; that core interrupts this one through it.
template <std::uintptr_t Address> struct mailbox {
    static auto ring(std::uint32_t queue) -> void {
        cpu::finish_stores();
        device_register(Address) = queue;
    }
    static auto acknowledge() -> void { device_register(Address + 4) = 1; }
};
using linux_mailbox = mailbox<0x4000'0000>;
using dsp_mailbox = mailbox<0x4000'0010>;

/// Sleeps until an interrupt, unless there is work. Interrupts are masked from the check to the sleep, and a pending one ends
/// the sleep, so none is missed.
auto sleep_unless(auto&& has_work) -> void {
    auto interrupts = irq_lock{};
    auto const guard = rpmsg::lock_guard{interrupts};
    if (not has_work()) {
        cpu::wait_for_interrupt();
    }
}

[[noreturn]] inline auto halt() -> void {
    while (true) {
        cpu::wait_for_interrupt();
    }
}

} // namespace board
