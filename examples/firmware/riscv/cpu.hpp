#pragma once

#include <rpmsg/platform/lock.hpp>

#include <cstdint>

/// What a board.hpp takes from its core, for RISC-V in machine mode. Its fellows for other cores have the same names.
namespace cpu {

/// Masks all interrupts with mstatus.MIE and restores what was before: may be taken in an interrupt, and inside of another
/// lock, but not twice. It does not exclude another core.
class irq_lock {
    static constexpr std::uint32_t machine_interrupts = 8;
    std::uint32_t saved_{};

  public:
    auto lock() -> void {
        std::uint32_t before = 0;
        asm volatile("csrrci %0, mstatus, %1" : "=r"(before) : "i"(machine_interrupts) : "memory");
        saved_ = before & machine_interrupts;
    }
    auto unlock() -> void { asm volatile("csrs mstatus, %0" ::"r"(saved_) : "memory"); }
};
static_assert(rpmsg::lock_policy<irq_lock>);

/// Sleeps until an interrupt that is enabled in mie; ends for one that the lock holds back, too.
inline auto wait_for_interrupt() -> void { asm volatile("wfi" ::: "memory"); }

/// What was stored reaches the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("fence w, o" ::: "memory"); }

} // namespace cpu
