#pragma once

#include <rpmsg/platform/mapped_region.hpp>

#include <cpu.hpp> // from examples/firmware: the interrupt lock and the sleep of the core
#include <cstdint>

/// Everything that this firmware knows about its chip, which is an invented one: replace the addresses by those of yours.
namespace board {

/// The block that both cores share, at the address of this core.
using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<0x3000'0000, 0x1'0000>>;

using cpu::irq_lock;

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
