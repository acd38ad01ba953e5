#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/shared_block_plan.hpp>

#include <cpu.hpp>
#include <cstddef>
#include <cstdint>

/// Everything that firmware knows about Arm's mps2-an521 (SSE-200): two Cortex-M33, which stay in the secure state. Both images
/// include it.
namespace board {

inline constexpr auto name = "mps2-an521";

/// The parameters of the example on this board.
inline constexpr std::uint32_t messages = 100'000;
inline constexpr std::uint32_t restarts = 100;

/// The first bank of the internal SRAM; both cores see it at the same address.
inline constexpr auto shared_block = rpmsg::shared_block{
    .rings = {.buffers = 16, .buffer_size = 512},
    .host_base = 0x3000'0000,
    .remote_base = 0x3000'0000,
    .size = 0x8000,
};
using plan = rpmsg::shared_block_plan<shared_block>;
using host_memory = rpmsg::mapped_region<rpmsg::fixed_memory<shared_block.host_base, shared_block.size>>;
using remote_memory = rpmsg::mapped_region<rpmsg::fixed_memory<shared_block.remote_base, shared_block.size>>;

using cpu::irq_lock;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}
/// Returns the number of this core, 0 or 1.
inline auto this_core() -> std::uint32_t { return device_register(0x5001'f000); }

/// Message handling unit 0: each core has a word of four bits, which interrupts it as long as one is set.
struct mailbox {
    static auto unit(std::uint32_t core) -> std::uintptr_t { return 0x5000'3000 + 0x10 * core; }
    static auto ring(std::uint32_t queue) -> void {
        cpu::finish_stores();
        device_register(unit(1 - this_core()) + 4) = std::uint32_t{1} << queue;
    }
    static auto acknowledge() -> void {
        auto const own = unit(this_core());
        device_register(own + 8) = device_register(own);
        cpu::finish_stores();
    }
};

/// UART 0, whose FIFO is one byte: the serial line of core 0. Its interrupt occurs for each byte.
struct serial {
    static auto at(std::uintptr_t offset) -> std::uint32_t volatile& { return device_register(0x5020'0000 + offset); }

    static auto start() -> void {
        at(0x10) = 16;                           // the shortest bit
        at(0x08) = 0b1011;                       // transmits, receives, interrupts for a byte that came
        device_register(0xe000'e104) = 1u << 10; // interrupt 42
    }
    static auto acknowledge() -> void { at(0x0c) = 0b11; }
    static auto has_byte() -> bool { return (at(0x04) & 2) != 0; }
    static auto take() -> std::byte { return static_cast<std::byte>(at(0x00)); }
    static auto write(rpmsg::const_bytes out) -> std::size_t {
        std::size_t taken = 0;
        for (; taken < out.size() and (at(0x04) & 1) == 0; ++taken) {
            at(0x00) = static_cast<std::uint32_t>(out[taken]);
        }
        return taken;
    }
};

/// Lets SysTick interrupt this core once in a millisecond: the cores run at 20 MHz.
inline auto start_clock() -> void {
    device_register(0xe000'e014) = 20'000 - 1;
    device_register(0xe000'e018) = 0;
    device_register(0xe000'e010) = 0b111;
}

/// Unmask and mask the mailbox interrupt of this core.
inline auto enable_interrupts() -> void { device_register(0xe000'e100) = 1u << 6; }
inline auto disable_interrupts() -> void { device_register(0xe000'e180) = 1u << 6; }

/// Sleeps until an interrupt, unless there is work. Interrupts are masked from the check to the sleep, and a pending one ends
/// the sleep, so none is missed.
auto sleep_unless(auto&& has_work) -> void {
    auto interrupts = irq_lock{};
    auto const guard = rpmsg::lock_guard{interrupts};
    if (not has_work()) {
        cpu::wait_for_interrupt();
    }
}

/// Starts core 1 through the vector table of the remote's image.
inline auto start_other_core() -> void {
    device_register(0x5002'1114) = 0x1020'0000; // INITSVTOR1
    cpu::finish_stores();
    device_register(0x5002'1118) = 0; // CPUWAIT
}

/// Restarts this image, as after a reset of this core alone. Not for interrupts.
[[noreturn]] inline auto restart() -> void {
    disable_interrupts();
    auto const vectors = device_register(0xe000'ed08);
    asm volatile("dsb\n\t"
                 "isb\n\t"
                 "ldr r0, [%0]\n\t"
                 "ldr r1, [%0, #4]\n\t"
                 "msr msp, r0\n\t"
                 "bx r1" ::"r"(vectors)
                 : "r0", "r1", "memory");
    __builtin_unreachable();
}

} // namespace board
