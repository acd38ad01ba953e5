#pragma once

#include <rpmsg/platform/cortex_m.hpp>

#include <cstdint>

/// What a board.hpp takes from its core, for Cortex-M. Its fellows for other cores have the same names.
namespace cpu {

using rpmsg::cortex_m::irq_lock;
using rpmsg::cortex_m::wait_for_interrupt; ///< ends for an interrupt that the lock holds back, too

/// What was stored reaches the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("dsb" ::: "memory"); }

/// Asks the emulator, or a debugger, for a service: semihosting, whose numbers semihosting.hpp knows.
inline auto call_debugger(std::uint32_t operation, void const* argument) -> std::uint32_t {
    std::uint32_t answer = 0;
    asm volatile("mov r0, %1\n\t"
                 "mov r1, %2\n\t"
                 "bkpt 0xab\n\t"
                 "mov %0, r0"
                 : "=r"(answer)
                 : "r"(operation), "r"(argument)
                 : "r0", "r1", "memory");
    return answer;
}

} // namespace cpu
