#pragma once

#include <rpmsg/platform/riscv.hpp>

#include <cstdint>

/// The functions of the core for a board.hpp, here for RISC-V in machine mode. The cpu.hpp of other cores have the same names.
namespace cpu {

using rpmsg::riscv::irq_lock;
using rpmsg::riscv::wait_for_interrupt; ///< also ends for an interrupt that the lock masks

/// Makes all stores visible to the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("fence w, o" ::: "memory"); }

/// Requests a service of the emulator or of a debugger: semihosting, whose numbers are in semihosting.hpp.
inline auto call_debugger(std::uint32_t operation, void const* argument) -> std::uint32_t {
    std::uint32_t answer = 0;
    asm volatile("mv a0, %1\n\t"
                 "mv a1, %2\n\t"
                 ".option push\n\t"
                 ".option norvc\n\t"
                 ".balign 16\n\t" // the three instructions must be in one page
                 "slli zero, zero, 0x1f\n\t"
                 "ebreak\n\t"
                 "srai zero, zero, 7\n\t"
                 ".option pop\n\t"
                 "mv %0, a0"
                 : "=r"(answer)
                 : "r"(operation), "r"(argument)
                 : "a0", "a1", "memory");
    return answer;
}

} // namespace cpu
