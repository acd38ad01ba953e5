#pragma once

#include <rpmsg/platform/lock.hpp>

#include <cstdint>

namespace rpmsg::riscv {

/// Masks all interrupts of machine mode with mstatus.MIE and restores what was before: may be taken in an interrupt, and
/// inside of another lock, but not twice. Makes every send safe from every interrupt of its hart; it does not exclude another
/// hart.
class irq_lock {
    static constexpr std::uint32_t machine_interrupts = 8;
    std::uint32_t saved_{};

  public:
    auto lock() -> void {
        std::uintptr_t before = 0;
        asm volatile("csrrci %0, mstatus, %1" : "=r"(before) : "i"(machine_interrupts) : "memory");
        saved_ = static_cast<std::uint32_t>(before) & machine_interrupts;
    }
    auto unlock() -> void { asm volatile("csrs mstatus, %0" ::"r"(std::uintptr_t{saved_}) : "memory"); }
};
static_assert(lock_policy<irq_lock>);

/// Sleeps until an interrupt that mie enables, be it masked by the lock. Unlike Cortex-M's wait_for_event it sleeps over one
/// that was handled just before: look and sleep with the lock held.
inline auto wait_for_interrupt() -> void { asm volatile("wfi" ::: "memory"); }

} // namespace rpmsg::riscv
