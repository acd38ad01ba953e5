#pragma once

#include <rpmsg/platform/cortex_m.hpp>

/// What a board.hpp takes from its core, for Cortex-M. Its fellows for other cores have the same names.
namespace cpu {

using rpmsg::cortex_m::irq_lock;
using rpmsg::cortex_m::wait_for_interrupt; ///< ends for an interrupt that the lock holds back, too

/// What was stored reaches the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("dsb" ::: "memory"); }

} // namespace cpu
