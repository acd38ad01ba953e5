#pragma once

#include <rpmsg/platform/lock.hpp>

#include <cstdint>

namespace rpmsg::riscv {

/// Masks all interrupts of machine mode with mstatus.MIE and restores what was before: may be taken in an interrupt, and
/// inside of another lock. Makes every send safe from every interrupt of its hart; it does not exclude another hart.
class irq_lock {
    static constexpr std::uint32_t machine_interrupts = 8;

  public:
    [[gnu::always_inline]] [[nodiscard]] auto lock() -> std::uintptr_t {
        std::uintptr_t before = 0;
        asm volatile("csrrci %0, mstatus, %1" : "=r"(before) : "i"(machine_interrupts) : "memory");
        return before & machine_interrupts;
    }
    [[gnu::always_inline]] auto unlock(std::uintptr_t before) -> void {
        asm volatile("csrs mstatus, %0" ::"r"(before) : "memory");
    }
};
static_assert(restoring_lock<irq_lock>);

/// Sleeps until an interrupt that mie enables, be it masked by the lock. Unlike Cortex-M's wait_for_event it sleeps over one
/// that was handled just before: look and sleep with the lock held.
inline auto wait_for_interrupt() -> void { asm volatile("wfi" ::: "memory"); }

} // namespace rpmsg::riscv
