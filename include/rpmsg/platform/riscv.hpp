#pragma once

#include <rpmsg/platform/lock.hpp>

#include <cstdint>

namespace rpmsg::riscv {

/// Masks all machine-mode interrupts with mstatus.MIE and restores the previous state, so it may be taken in an interrupt and
/// inside of another lock. It makes every send safe from every interrupt of its hart, but does not exclude other harts.
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

/// Sleeps until an interrupt that mie enables, also one that the lock masks. Unlike wait_for_event of Cortex-M it does not
/// return for an interrupt that was already handled: hold the lock from the last check until the sleep.
inline auto wait_for_interrupt() -> void { asm volatile("wfi" ::: "memory"); }

} // namespace rpmsg::riscv
