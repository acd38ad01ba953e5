#pragma once

#include <rpmsg/platform/lock.hpp>

#include <cstdint>

namespace rpmsg::cortex_m {

/// Masks all interrupts with PRIMASK and restores what was before: may be taken in an interrupt, and inside of another lock.
/// Makes every send safe from every interrupt of its core; it does not exclude another core.
class irq_lock {
  public:
    [[gnu::always_inline]] [[nodiscard]] auto lock() -> std::uint32_t {
        std::uint32_t before = 0;
        asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
        return before;
    }
    [[gnu::always_inline]] auto unlock(std::uint32_t before) -> void {
        asm volatile("msr primask, %0" ::"r"(before) : "memory");
    }
};
static_assert(restoring_lock<irq_lock>);

/// Sleeps until an interrupt or event; one that came since the last call is not missed.
inline auto wait_for_event() -> void { asm volatile("wfe" ::: "memory"); }

/// Sleeps until an interrupt, be it masked by the lock. It sleeps over one that was handled just before: look and sleep with
/// the lock held.
inline auto wait_for_interrupt() -> void { asm volatile("wfi" ::: "memory"); }

} // namespace rpmsg::cortex_m
