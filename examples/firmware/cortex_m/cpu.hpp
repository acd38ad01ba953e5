#pragma once

#include <rpmsg/platform/cortex_m.hpp>

#include <cstdint>

/// The functions of the core for a board.hpp, here for Cortex-M. The cpu.hpp of other cores have the same names.
namespace cpu {

using rpmsg::cortex_m::irq_lock;
using rpmsg::cortex_m::wait_for_interrupt; ///< also ends for an interrupt that the lock masks

/// Makes all stores visible to the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("dsb" ::: "memory"); }

/// Requests a service of the emulator or of a debugger: semihosting, whose numbers are in semihosting.hpp.
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
