#pragma once

#include <cpu.hpp>
#include <cstdint>

/// Everything that firmware knows about the micro:bit (nRF51822): one Cortex-M0, which has neither read-modify-writes nor a
/// register for the address of its vectors.
namespace board {

inline constexpr auto name = "microbit";

using cpu::irq_lock;

inline auto device_register(std::uintptr_t address) -> std::uint32_t volatile& {
    return *reinterpret_cast<std::uint32_t volatile*>(address);
}

/// Interrupts 0 and 1 of the chip, which software can raise, too.
template <std::uint32_t Interrupt> struct software_interrupt {
    static auto enable() -> void { device_register(0xe000'e100) = 1u << Interrupt; }
    static auto ring(std::uint32_t) -> void {
        cpu::finish_stores();
        device_register(0xe000'e200) = 1u << Interrupt;
    }
};

} // namespace board
