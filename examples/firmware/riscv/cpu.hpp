#pragma once

#include <rpmsg/platform/riscv.hpp>

/// What a board.hpp takes from its core, for RISC-V in machine mode. Its fellows for other cores have the same names.
namespace cpu {

using rpmsg::riscv::irq_lock;
using rpmsg::riscv::wait_for_interrupt; ///< ends for an interrupt that the lock holds back, too

/// What was stored reaches the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("fence w, o" ::: "memory"); }

} // namespace cpu
