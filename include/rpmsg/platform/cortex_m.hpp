#pragma once

#include <rpmsg/platform/lock.hpp>

#include <cstdint>

namespace rpmsg::cortex_m {

/// Masks all interrupts with PRIMASK and restores the previous state, so it may be taken in an interrupt and inside of another
/// lock. It makes every send safe from every interrupt of its core, but does not exclude other cores.
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

/// Sleeps until an interrupt or event. It returns at once when one occurred since the last call.
inline auto wait_for_event() -> void { asm volatile("wfe" ::: "memory"); }

/// Sleeps until an interrupt, also one that the lock masks. An interrupt that was already handled does not end the sleep: hold
/// the lock from the last check until the sleep.
inline auto wait_for_interrupt() -> void { asm volatile("wfi" ::: "memory"); }

} // namespace rpmsg::cortex_m
