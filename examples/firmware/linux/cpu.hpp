#pragma once

#include <rpmsg/platform/lock.hpp>

/// The functions of the core for a board.hpp, on Linux: the main thread is the core, and other threads simulate the chip around
/// it. The core takes interrupts where it unmasks them, which is enough for these examples.
namespace cpu {

class irq_lock {
    bool was_masked_{};

  public:
    auto lock() -> void;
    auto unlock() -> void;
};
static_assert(rpmsg::lock_policy<irq_lock>);

/// Sleeps until an interrupt; also ends for one that the lock masks.
auto wait_for_interrupt() -> void;
auto finish_stores() -> void;

/// For the chip: raises an interrupt of the core, once.
auto raise(void (*handler)()) -> void;
/// For the chip: maps memory, or registers, at an address that the firmware uses.
auto map(unsigned long start, unsigned long size) -> void;

} // namespace cpu
