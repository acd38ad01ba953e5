#pragma once

#include <rpmsg/platform/lock.hpp>

/// What a board.hpp takes from its core, on Linux: the main thread is the core, other threads play the chip around it. It is
/// interrupted where it lifts its mask, which is all that these examples need.
namespace cpu {

class irq_lock {
    bool was_masked_{};

  public:
    auto lock() -> void;
    auto unlock() -> void;
};
static_assert(rpmsg::lock_policy<irq_lock>);

/// Sleeps until an interrupt; ends for one that the lock holds back, too.
auto wait_for_interrupt() -> void;
auto finish_stores() -> void;

/// For the chip: from now on the core is to be interrupted, once.
auto raise(void (*handler)()) -> void;
/// For the chip: puts memory, or registers, at an address where the firmware expects them.
auto map(unsigned long start, unsigned long size) -> void;

} // namespace cpu
