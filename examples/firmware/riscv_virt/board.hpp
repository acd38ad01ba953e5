#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <cpu.hpp>
#include <cstdint>

/// All that firmware knows of QEMU's RISC-V board "virt" with two harts and at least 8 MiB. Both images include it.
namespace board {

inline constexpr auto name = "riscv-virt";

/// What the example does here.
inline constexpr std::uint32_t messages = 100'000;
inline constexpr std::uint32_t restarts = 100;

/// Behind the images of both harts, which see it at the same address.
inline constexpr auto shared_block = rpmsg::shared_block{
    .rings = {.buffers = 16, .buffer_size = 512},
    .host_base = 0x8040'0000,
    .remote_base = 0x8040'0000,
    .size = 0x8000,
};
using plan = rpmsg::shared_block_plan<shared_block>;
using host_memory = rpmsg::mapped_region<rpmsg::fixed_memory<shared_block.host_base, shared_block.size>>;
using remote_memory = rpmsg::mapped_region<rpmsg::fixed_memory<shared_block.remote_base, shared_block.size>>;

using cpu::irq_lock;

/// 0 or 1: which hart this is.
inline auto this_core() -> std::uint32_t {
    std::uint32_t hart = 0;
    asm volatile("csrr %0, mhartid" : "=r"(hart));
    return hart;
}

/// The software interrupts of the CLINT: per hart a word that interrupts it as long as it is 1.
struct mailbox {
    static auto word(std::uint32_t hart) -> std::uint32_t volatile& {
        return *reinterpret_cast<std::uint32_t volatile*>(0x0200'0000 + 4 * hart);
    }
    static auto ring(std::uint32_t) -> void {
        cpu::finish_stores();
        word(1 - this_core()) = 1;
    }
    static auto acknowledge() -> void {
        word(this_core()) = 0;
        asm volatile("fence o, r" ::: "memory");
    }
};

/// Lets the mailbox interrupt this hart, or not.
inline auto enable_interrupts() -> void { asm volatile("csrs mie, %0" ::"r"(8) : "memory"); }
inline auto disable_interrupts() -> void { asm volatile("csrc mie, %0" ::"r"(8) : "memory"); }

/// Sleeps until an interrupt, unless there is work. Interrupts are held back from the look to the sleep, and one that comes
/// meanwhile ends the sleep: none is slept over.
auto sleep_unless(auto&& has_work) -> void {
    auto interrupts = irq_lock{};
    auto const guard = rpmsg::lock_guard{interrupts};
    if (not has_work()) {
        cpu::wait_for_interrupt();
    }
}

/// Lets hart 1 go on to its image: park.cpp has it wait for that.
inline auto start_other_core() -> void { mailbox::ring(0); }

extern "C" void reset();

/// Begins this image anew, as after a reset of this hart alone. Not for interrupts.
[[noreturn]] inline auto restart() -> void {
    asm volatile("csrci mstatus, 8" ::: "memory");
    reset();
    __builtin_unreachable();
}

} // namespace board
