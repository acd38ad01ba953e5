#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <cpu.hpp>
#include <cstdint>

/// Everything that firmware knows about QEMU's RISC-V board "virt" with two harts and at least 8 MiB. Both images include it.
namespace board {

inline constexpr auto name = "riscv-virt";

/// The parameters of the example on this board.
inline constexpr std::uint32_t messages = 100'000;
inline constexpr std::uint32_t restarts = 100;

/// The block is behind the images of both harts, which see it at the same address.
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

/// Returns the number of this hart, 0 or 1.
inline auto this_core() -> std::uint32_t {
    std::uint32_t hart = 0;
    asm volatile("csrr %0, mhartid" : "=r"(hart));
    return hart;
}

/// The software interrupts of the CLINT: each hart has a word, which interrupts it as long as it is 1.
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

/// Unmask and mask the mailbox interrupt of this hart.
inline auto enable_interrupts() -> void { asm volatile("csrs mie, %0" ::"r"(8) : "memory"); }
inline auto disable_interrupts() -> void { asm volatile("csrc mie, %0" ::"r"(8) : "memory"); }

/// Sleeps until an interrupt, unless there is work. Interrupts are masked from the check to the sleep, and a pending one ends
/// the sleep, so none is missed.
auto sleep_unless(auto&& has_work) -> void {
    auto interrupts = irq_lock{};
    auto const guard = rpmsg::lock_guard{interrupts};
    if (not has_work()) {
        cpu::wait_for_interrupt();
    }
}

/// Lets hart 1 continue to its image; it waits in park.cpp.
inline auto start_other_core() -> void { mailbox::ring(0); }

extern "C" void reset();

/// Restarts this image, as after a reset of this hart alone. Not for interrupts.
[[noreturn]] inline auto restart() -> void {
    asm volatile("csrci mstatus, 8" ::: "memory");
    reset();
    __builtin_unreachable();
}

} // namespace board
