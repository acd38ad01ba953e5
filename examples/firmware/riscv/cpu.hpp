#pragma once

#include <rpmsg/platform/riscv.hpp>

#include <cstdint>

/// What a board.hpp takes from its core, for RISC-V in machine mode. Its fellows for other cores have the same names.
namespace cpu {

using rpmsg::riscv::irq_lock;
using rpmsg::riscv::wait_for_interrupt; ///< ends for an interrupt that the lock holds back, too

/// What was stored reaches the other core before the doorbell that follows.
inline auto finish_stores() -> void { asm volatile("fence w, o" ::: "memory"); }

/// Asks the emulator, or a debugger, for a service: semihosting, whose numbers semihosting.hpp knows.
inline auto call_debugger(std::uint32_t operation, void const* argument) -> std::uint32_t {
    std::uint32_t answer = 0;
    asm volatile("mv a0, %1\n\t"
                 "mv a1, %2\n\t"
                 ".option push\n\t"
                 ".option norvc\n\t"
                 ".balign 16\n\t" // the three lie in one page
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
